"""Creation, read-back and rollback against resource types and a client made for the purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Barrier, Lock
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.stack.apply import Stack
from harness.stack.errors import ResourceError
from harness.stack.plan import Plan, Planned
from harness.stack.properties import Leaf
from harness.stack.resources import Created


def refusal(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "Refused", "Message": "no"}}, operation)


@dataclass
class FakeAws:
    """What exists, by name; `log` tells in which order things happened."""

    existing: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def client(self, service: str) -> FakeAws:
        assert service == "fake"
        return self

    def zones(self, region: str) -> list[str]:
        return ["zone-a"]

    def note(self, what: str) -> None:
        with self.lock:
            self.log.append(what)


class Thing:
    TYPE = "AWS::Fake::Thing"
    PROPERTIES = {"Value": Leaf.VALUE, "Forgotten": Leaf.VALUE}  # noqa: RUF012 - as in a module
    ATTRIBUTES = frozenset({"Arn"})

    def create(self, client: FakeAws, properties: dict[str, Any], name: str) -> Created:
        client.note(f"create {name}")
        if properties.get("Value") == "refused":
            raise refusal("CreateThing")
        client.existing[name] = {k: v for k, v in properties.items() if k != "Forgotten"}
        return Created(name, {"Arn": f"arn:{name}"})

    def read(self, client: FakeAws, physical_id: str, properties: Any) -> dict[str, Any]:
        return client.existing[physical_id]

    def delete(self, client: FakeAws, physical_id: str, properties: Any) -> None:
        client.note(f"delete {physical_id}")
        if properties.get("Value") == "sticky":
            raise refusal("DeleteThing")
        del client.existing[physical_id]


class ConfiguredThing(Thing):
    def configure(self, client: FakeAws, physical_id: str, properties: Any) -> None:
        client.note(f"configure {physical_id}")
        raise refusal("ConfigureThing")


def thing(*needs: str, kind: Thing | None = None, **properties: Any):
    return Planned(kind or Thing(), properties, {}), frozenset(needs)


def stack_of(aws: FakeAws, **things: Any) -> Stack:
    plan = Plan(
        resources={name: planned for name, (planned, _) in things.items()},
        dependencies={name: needs for name, (_, needs) in things.items()},
        names={"AWS::StackName": "s"},
        mappings={},
        outputs={},
        harness={},
    )
    ticks = iter(range(1000))
    return Stack(plan, aws, monotonic=lambda: float(next(ticks)))


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


def ignore(*_: Any) -> None:
    pass


def test_references_are_resolved_to_what_was_created(aws):
    stack = stack_of(
        aws,
        Second=thing("First", Value={"Fn::Sub": "${First}|${First.Arn}"}),
        First=thing(Value={"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
    )
    stack.create(ignore)
    assert aws.existing == {
        "s-First": {"Value": "zone-a"},
        "s-Second": {"Value": "s-First|arn:s-First"},
    }
    assert stack.resolved({"Ref": "Second"}) == "s-Second"


def test_each_resource_is_reported_with_its_time(aws):
    reported = []
    stack_of(aws, A=thing(Value=1)).create(lambda made, seconds: reported.append((made, seconds)))
    ((made, seconds),) = reported
    assert (made.logical_id, made.type, made.created.physical_id) == ("A", Thing.TYPE, "s-A")
    assert seconds == 1.0


def test_independent_resources_are_created_side_by_side(aws):
    meeting = Barrier(2, timeout=10)

    class Meets(Thing):
        def create(self, client: Any, properties: Any, name: str) -> Created:
            meeting.wait()
            return super().create(client, properties, name)

    stack_of(aws, A=thing(kind=Meets()), B=thing(kind=Meets())).create(ignore)
    assert set(aws.existing) == {"s-A", "s-B"}


def test_a_refusal_names_the_resource_and_nothing_after_it_is_created(aws):
    stack = stack_of(aws, A=thing(Value=1), B=thing("A", Value="refused"), C=thing("B"))
    with pytest.raises(ResourceError) as failure:
        stack.create(ignore)
    assert str(failure.value).startswith("B: AWS refused AWS::Fake::Thing: An error occurred")
    assert aws.log == ["create s-A", "create s-B"]


def test_rollback_deletes_in_reverse_order(aws):
    stack = stack_of(aws, A=thing(), B=thing("A"), C=thing("B"), D=thing("C", Value="refused"))
    with pytest.raises(ResourceError):
        stack.create(ignore)
    assert stack.roll_back() == (["C", "B", "A"], {})
    assert aws.log[-3:] == ["delete s-C", "delete s-B", "delete s-A"]
    assert aws.existing == {}


def test_rollback_goes_on_past_what_cannot_be_deleted(aws):
    stack = stack_of(aws, A=thing(), B=thing("A", Value="sticky"), C=thing("B"))
    stack.create(ignore)
    deleted, left = stack.roll_back()
    assert deleted == ["C", "A"]
    assert "(Refused)" in left["B"]


def test_a_half_configured_resource_is_rolled_back_too(aws):
    stack = stack_of(aws, A=thing(kind=ConfiguredThing()))
    with pytest.raises(ResourceError, match="A: AWS refused"):
        stack.create(ignore)
    assert aws.log == ["create s-A", "configure s-A"]
    assert stack.roll_back() == (["A"], {})
    assert aws.existing == {}


def test_what_aws_silently_forgot_is_found_by_reading_back(aws):
    stack = stack_of(aws, A=thing(Value=1, Forgotten="x"))
    with pytest.raises(ResourceError) as failure:
        stack.create(ignore)
    assert str(failure.value) == "A Forgotten: the template asks for 'x', AWS holds None"
    assert stack.roll_back() == (["A"], {})


def test_a_member_that_a_type_needs_and_nobody_gave_is_named(aws):
    class Needy(Thing):
        def create(self, client: Any, properties: Any, name: str) -> Created:
            return Created(properties["Required"])

    with pytest.raises(ResourceError, match="A: 'Required' is missing"):
        stack_of(aws, A=thing(kind=Needy())).create(ignore)


def test_what_is_running_when_another_fails_is_finished_and_rolled_back(aws):
    both_running = Barrier(2, timeout=10)

    class Slow(Thing):
        def create(self, client: Any, properties: Any, name: str) -> Created:
            both_running.wait()
            return super().create(client, properties, name)

    class Fails(Thing):
        def create(self, client: Any, properties: Any, name: str) -> Created:
            both_running.wait()
            raise refusal("CreateThing")

    stack = stack_of(aws, A=thing(kind=Slow()), B=thing(kind=Fails()))
    with pytest.raises(ResourceError, match=r"^B: "):
        stack.create(ignore)
    assert stack.roll_back() == (["A"], {})
    assert aws.existing == {}
