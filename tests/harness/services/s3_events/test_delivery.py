"""Changes on their way to destinations; the door and the permissions are played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.injection.departure import Departure, Departures
from harness.journal import Event, Journal
from harness.services.s3_events.configuration import Rule
from harness.services.s3_events.delivery import Delivery
from harness.services.s3_events.profile import Profile, parse
from tests.harness.services.s3_events.examples import (
    BUS,
    FUNCTION,
    QUEUE,
    REQUEST,
    TOPIC,
    change,
    rule,
)


class Door:
    """Answers every service as AWS does; `failures` are raised first, one a call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.failures: list[Exception] = []

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.failures:
            raise self.failures.pop(0)
        answers = {
            "lambda": Reply(202),
            "sqs": Reply(200, [], b'{"MessageId": "m"}'),
            "sns": Reply(200, [], b"<R xmlns='n'><MessageId>m</MessageId></R>"),
            "events": Reply(200, [], b'{"Entries": [{"EventId": "e"}]}'),
        }
        return answers[call.service]


class NoticedClock(ManualClock):
    """A manual clock that tells of every wait as it begins."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: asyncio.Queue[float] = asyncio.Queue()

    async def wait(self, seconds: float) -> None:
        self.begun.put_nowait(seconds)
        await super().wait(seconds)


class Stage:
    """A delivery under test with everything around it."""

    def __init__(self, journal: Journal, clock: NoticedClock) -> None:
        self.clock = clock
        self.door = Door()
        self.refusals: dict[str, str] = {}
        self.noted: list[Event] = []
        self._news: asyncio.Queue[Event] = asyncio.Queue()
        journal.follow(self.noted.append)
        journal.follow(self._news.put_nowait)
        self.delivery = Delivery(self.door, self, journal, clock)

    async def refusal(self, asked: Rule, bucket: str) -> str:
        """Play the permissions."""
        return self.refusals.get(asked.arn, "")

    async def deliver(self, arn: str = FUNCTION, **changes: Any) -> None:
        await self.delivery.deliver(change(**changes), rule(arn))

    async def pass_wait(self) -> float:
        """Wait until something waits, let the time pass, return how long it was."""
        seconds = await self.clock.begun.get()
        self.clock.advance(seconds)
        return seconds

    async def settled(self) -> Event:
        """Wait until the next event is delivered or given up."""
        return await self._news.get()

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.noted]


Work = Callable[[Stage], Awaitable[Any]]


@pytest.fixture
def on_stage(tmp_path: Path) -> Callable[[Work], Stage]:
    def run(work: Work) -> Stage:
        async def guarded() -> Stage:
            clock = NoticedClock()
            journal = Journal(tmp_path / "journal", clock)
            stage = Stage(journal, clock)
            async with asyncio.timeout(20):
                await work(stage)
                await stage.delivery.close()
            journal.close()
            return stage

        return asyncio.run(guarded())

    return run


async def body(call: Call) -> dict[str, Any]:
    return dict(orjson.loads(await call.body.read()))


def test_a_function_is_invoked_asynchronously_with_one_record(on_stage):
    async def work(stage: Stage) -> None:
        await stage.deliver()
        (call,) = stage.door.calls
        assert (call.operation, call.header("x-amz-invocation-type")) == ("Invoke", "Event")
        (record,) = (await body(call))["Records"]
        assert record["s3"]["configurationId"] == "rule"

    stage = on_stage(work)
    (delivered,) = stage.noted
    assert delivered.kind == "s3.delivered"
    assert delivered.detail == {
        "call": "c",
        "bucket": "b",
        "key": "uploads/3f_員工 (1).pdf",
        "event": "ObjectCreated:Put",
        "sequencer": "0C0F6F405D6ED209E1",
        "rule": "rule",
        "target": FUNCTION,
        "request_id": stage.door.calls[0].id,
    }


@pytest.mark.parametrize(
    ("arn", "operation", "request_id"),
    [(QUEUE, "SendMessage", "m"), (TOPIC, "Publish", "m"), (BUS, "PutEvents", "e")],
)
def test_the_other_destinations_name_the_event_by_an_id_of_theirs(
    on_stage, arn, operation, request_id
):
    stage = on_stage(lambda stage: stage.deliver(arn))
    assert [call.operation for call in stage.door.calls] == [operation]
    assert stage.noted[0].detail["request_id"] == request_id


def test_the_trace_of_the_writing_request_goes_along(on_stage):
    async def work(stage: Stage) -> None:
        traced = replace(REQUEST, trace="Root=1-2")
        for arn in (FUNCTION, QUEUE, BUS):
            await stage.deliver(arn, request=traced)
        invoked, sent, put = stage.door.calls
        assert invoked.header("x-amzn-trace-id") == "Root=1-2"
        attributes = (await body(sent))["MessageSystemAttributes"]
        assert attributes["AWSTraceHeader"]["StringValue"] == "Root=1-2"
        assert (await body(put))["Entries"][0]["TraceHeader"] == "Root=1-2"

    on_stage(work)


def test_without_permission_nothing_is_sent(on_stage):
    async def work(stage: Stage) -> None:
        stage.refusals[FUNCTION] = "Not authorized"
        await stage.deliver()
        assert stage.door.calls == []

    (undelivered,) = on_stage(work).noted
    assert (undelivered.kind, undelivered.detail["reason"]) == ("s3.undelivered", "Not authorized")


def test_a_destination_that_refuses_is_not_asked_again(on_stage):
    async def work(stage: Stage) -> None:
        stage.door.failures = [AwsError("ResourceNotFoundException", "Function not found", 404)]
        await stage.deliver()
        assert stage.clock.begun.empty()

    (undelivered,) = on_stage(work).noted
    assert "Function not found" in undelivered.detail["reason"]


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionError("reset"),
        AwsError("InternalError", "down", 500),
        AwsError("TooManyRequestsException", "slow down", 429),
    ],
)
def test_a_destination_that_fails_is_asked_again_until_it_works(on_stage, failure):
    async def work(stage: Stage) -> None:
        stage.door.failures = [failure] * 3
        await stage.deliver()
        assert [await stage.pass_wait() for _ in range(3)] == [1.0, 4.0, 16.0]
        await stage.settled()

    stage = on_stage(work)
    assert stage.kinds == ["s3.delivered"]
    assert len(stage.door.calls) == 4


def test_a_destination_that_keeps_failing_is_given_up(on_stage):
    async def work(stage: Stage) -> None:
        stage.door.failures = [ConnectionError("reset")] * 4
        await stage.deliver()
        for _ in range(3):
            await stage.pass_wait()
        await stage.settled()

    (undelivered,) = on_stage(work).noted
    assert undelivered.detail["reason"] == "reset"


def test_a_delay_passes_before_the_event_leaves(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.use(parse("delay=3"))
        await stage.deliver()
        assert stage.door.calls == []
        assert await stage.pass_wait() == 3.0
        await stage.settled()

    assert on_stage(work).kinds == ["s3.delivered"]


def test_a_duplicate_is_the_same_event_again(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.use(parse("duplicates=1"))
        await stage.deliver()
        one, other = [await body(call) for call in stage.door.calls]
        assert one == other

    assert on_stage(work).kinds == ["s3.delivered"] * 2


def test_an_event_held_back_is_overtaken(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.use(parse("reorder=1"))
        await stage.deliver(sequencer="1")
        stage.delivery.use(Profile())
        await stage.deliver(sequencer="2")
        await stage.pass_wait()
        for _ in range(2):
            await stage.settled()

    assert [event.detail["sequencer"] for event in on_stage(work).noted] == ["2", "1"]


def test_hostile_keys_have_no_slashes(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.use(parse("keys=hostile"))
        await stage.deliver(key="a/b")
        (call,) = stage.door.calls
        assert (await body(call))["Records"][0]["s3"]["object"]["key"] == "a%2Fb"

    on_stage(work)


def test_a_seed_draws_the_same_again(on_stage):
    async def work(stage: Stage) -> None:
        waits = []
        for _ in range(2):
            stage.delivery.use(parse("delay=1..9,seed=4"))
            await stage.deliver()
            waits.append(await stage.pass_wait())
        assert waits[0] == waits[1]

    on_stage(work)


@pytest.mark.parametrize("profile", ["delay=3", "duplicates=1,delay=3"])
def test_what_waits_when_the_environment_ends_is_noted(on_stage, profile):
    async def work(stage: Stage) -> None:
        stage.delivery.use(parse(profile))
        await stage.deliver()
        await stage.clock.begun.get()

    stage = on_stage(work)
    assert set(stage.kinds) == {"s3.undelivered"}
    assert "stopped before" in stage.noted[0].detail["reason"]
    assert stage.door.calls == []


def test_what_has_not_begun_to_wait_when_the_environment_ends_is_noted_too(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.use(parse("delay=3"))
        await stage.deliver()

    assert on_stage(work).kinds == ["s3.undelivered"]


def hold_all(changed: Any, asked: Rule, planned: Departures) -> Departures:
    return [Departure(held_s=60.0)]


async def keys(stage: Stage) -> list[str]:
    records = [(await body(call))["Records"][0] for call in stage.door.calls]
    return [record["s3"]["object"]["key"] for record in records]


def test_faults_change_when_an_event_leaves(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.disturb = lambda *_: [Departure(), Departure(5.0)]
        await stage.deliver()
        assert await stage.pass_wait() == 5.0
        await stage.settled()
        await stage.settled()

    assert on_stage(work).kinds == ["s3.delivered"] * 2


def test_what_a_fault_loses_is_noted_for_who_asks_why(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.disturb = lambda *_: ()
        await stage.deliver()
        assert stage.door.calls == []

    (undelivered,) = on_stage(work).noted
    assert (undelivered.kind, undelivered.detail["reason"]) == ("s3.undelivered", "a fault lost it")


def test_a_held_event_leaves_when_the_next_of_its_rule_has(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.disturb = hold_all
        for key in ("1", "2", "3", "4"):
            await stage.deliver(key=key)
        for _ in range(4):
            await stage.settled()
        assert sorted(await keys(stage)) == ["1", "2", "3", "4"]
        assert (await keys(stage)).index("2") < (await keys(stage)).index("1")
        assert (await keys(stage)).index("4") < (await keys(stage)).index("3")

    on_stage(work)


def test_events_of_other_rules_and_buckets_pass_nothing(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.disturb = hold_all
        await stage.deliver(key="1")
        await stage.deliver(key="2", bucket="other")
        await stage.delivery.deliver(change(key="3"), rule(QUEUE, id="other"))
        stage.clock.advance(59.9)
        assert stage.door.calls == []

    assert [event.detail["reason"] for event in on_stage(work).noted] == [
        "the environment was stopped before it was delivered"
    ] * 3


def test_a_held_event_that_nothing_passes_leaves_in_the_end(on_stage):
    async def work(stage: Stage) -> None:
        stage.delivery.disturb = hold_all
        await stage.deliver(key="1")
        stage.clock.advance(60.0)
        await stage.settled()
        await stage.deliver(key="2")
        stage.clock.advance(60.0)
        await stage.settled()
        assert await keys(stage) == ["1", "2"]

    on_stage(work)
