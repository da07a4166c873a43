"""PutEvents and what becomes of the events; rules, and the targets at the door, are played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.aws import json_call
from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.eventbridge import EventBridge

REGION = "ap-northeast-1"
FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:f"
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:q"
ENTRY = {"Source": "s", "DetailType": "t", "Detail": '{"a": {"b": 1}}'}


class Aws:
    """Both sides: the rules with their targets, two a page, and the targets at the door."""

    def __init__(self) -> None:
        self.rules: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.received: list[tuple[str, Any]] = []
        self.clock = ManualClock()
        self.open = asyncio.Event()
        self.open.set()

    def rule(self, name: str, *targets: dict[str, Any], **members: Any) -> None:
        arn = f"arn:aws:events:{REGION}:123456789012:rule/{name}"
        pattern = '{"source": ["s"]}'
        self.rules[name] = {"Name": name, "Arn": arn, "EventPattern": pattern, **members}
        self.targets[name] = list(targets)

    async def control_plane(self, call: Call) -> Reply:
        self.asked.append(call.operation)
        request = orjson.loads(await call.body.read())
        if call.operation == "PutRule":
            return Reply(200)
        if call.operation == "ListTargetsByRule":
            return Reply(200, [], orjson.dumps({"Targets": self.targets[request["Rule"]]}))
        start = int(request.get("NextToken") or 0)
        page = list(self.rules.values())[start : start + 2]
        more = str(start + 2) if start + 2 < len(self.rules) else None
        return Reply(200, [], orjson.dumps({"Rules": page, "NextToken": more}))

    async def door(self, call: Call) -> Reply:
        body = await call.body.read()
        await self.open.wait()
        if call.service == "lambda":
            self.received.append((call.operation, orjson.loads(body)))
            return Reply(202)
        message = orjson.loads(body)
        self.received.append((call.operation, message))
        return Reply(200, [], b'{"MessageId": "m"}')


Work = Callable[[EventBridge, Aws], Awaitable[None]]


@pytest.fixture
def running(tmp_path: Path) -> Callable[[Work], list[Event]]:
    def run(work: Work) -> list[Event]:
        noted: list[Event] = []

        async def guarded() -> None:
            aws = Aws()
            clock = aws.clock
            journal = Journal(tmp_path / "journal", clock)
            journal.follow(noted.append)
            bus = EventBridge(aws.door, aws.control_plane, journal, clock, REGION)
            async with asyncio.timeout(20):
                await work(bus, aws)
                await bus.close()
            journal.close()

        asyncio.run(guarded())
        return noted

    return run


async def settled() -> None:
    """Let everything run that can run without the clock."""
    for _ in range(20):
        await asyncio.sleep(0)


async def put(bus: EventBridge, *entries: Any) -> dict[str, Any]:
    reply = await bus.handle(
        json_call("events", REGION, "AWSEvents.PutEvents", {"Entries": list(entries)})
    )
    await bus.close()
    return dict(orjson.loads(reply.body))


def test_it_claims_what_the_control_plane_does_otherwise(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        assert bus.claims(Call("events", "PutEvents", "POST", "/"))
        assert bus.claims(Call("events", "PutRule", "POST", "/"))
        assert not bus.claims(Call("events", "PutTargets", "POST", "/"))
        assert not bus.claims(Call("s3", "PutEvents", "POST", "/"))

    running(work)


def test_an_event_reaches_every_target_of_every_rule_that_matches(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        aws.rule("one", {"Arn": FUNCTION}, {"Arn": QUEUE})
        aws.rule("other", {"Arn": FUNCTION}, EventPattern='{"source": ["other"]}')
        aws.rule("off", {"Arn": FUNCTION}, State="DISABLED")
        aws.rule("schedule", {"Arn": FUNCTION}, EventPattern=None)
        answer = await put(bus, ENTRY)
        assert answer["FailedEntryCount"] == 0
        (invoked, sent) = aws.received
        assert (invoked[0], sent[0]) == ("Invoke", "SendMessage")
        assert invoked[1] == orjson.loads(sent[1]["MessageBody"])
        assert invoked[1]["id"] == answer["Entries"][0]["EventId"]

    noted = running(work)
    assert [(event.kind, event.detail["target"]) for event in noted] == [
        ("events.delivered", FUNCTION),
        ("events.delivered", QUEUE),
    ]


@pytest.mark.parametrize(
    ("target", "received"),
    [
        ({"Input": '{"fixed": true}'}, {"fixed": True}),
        ({"InputPath": "$.detail.a"}, {"b": 1}),
        ({"InputPath": "$.detail.absent"}, None),
    ],
)
def test_a_target_may_ask_for_another_input(running, target, received):
    async def work(bus: EventBridge, aws: Aws) -> None:
        aws.rule("one", {"Arn": FUNCTION, **target})
        await put(bus, ENTRY)
        assert aws.received == [("Invoke", received)]

    running(work)


def test_a_fifo_queue_gets_its_group(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        parameters = {"MessageGroupId": "g"}
        aws.rule("one", {"Arn": f"{QUEUE}.fifo", "SqsParameters": parameters})
        await put(bus, ENTRY)
        assert aws.received[0][1]["MessageGroupId"] == "g"

    running(work)


@pytest.mark.parametrize(
    "target",
    [
        {"Arn": "arn:aws:states:r:1:stateMachine:m"},
        {"Arn": FUNCTION, "InputTransformer": {"InputTemplate": "x"}},
        {"Arn": "nonsense"},
        {"Arn": f"{QUEUE}:more"},
    ],
)
def test_what_cannot_be_delivered_is_noted_and_the_next_target_served(running, target):
    async def work(bus: EventBridge, aws: Aws) -> None:
        aws.rule("one", target, {"Arn": FUNCTION})
        await put(bus, ENTRY)
        assert len(aws.received) == 1

    undelivered, delivered = running(work)
    assert undelivered.kind == "events.undelivered"
    assert "not emulated here" in undelivered.detail["reason"]
    assert delivered.kind == "events.delivered"


def test_rules_are_asked_for_once_until_one_may_have_changed(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        for name in "abc":
            aws.rule(name, {"Arn": FUNCTION})
        for _ in range(2):
            await put(bus, ENTRY)
            bus.notice(Call("events", "PutEvents", "POST", "/"))
            bus.notice(Call("events", "ListRules", "POST", "/"))
        assert aws.asked.count("ListTargetsByRule") == 3
        bus.notice(Call("events", "PutTargets", "POST", "/"))
        await put(bus, ENTRY)
        assert aws.asked.count("ListTargetsByRule") == 6
        assert len(aws.received) == 9

    running(work)


def test_an_entry_that_is_refused_does_not_keep_the_others(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        aws.rule("one", {"Arn": FUNCTION})
        answer = await put(bus, {}, ENTRY)
        assert answer["FailedEntryCount"] == 1
        assert answer["Entries"][0]["ErrorCode"] == "InvalidArgument"
        assert len(aws.received) == 1

    running(work)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "ValidationException"),
        ([ENTRY] * 11, "ValidationException"),
        (["text"], "SerializationException"),
    ],
)
def test_a_request_that_is_none_is_refused(running, entries, code):
    async def work(bus: EventBridge, aws: Aws) -> None:
        with pytest.raises(AwsError, match=code):
            await put(bus, *entries)

    assert running(work) == []


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
MEMBERS = st.sampled_from([*ENTRY, "Time", "Resources", "EventBusName", "TraceHeader"])


@given(st.lists(st.dictionaries(MEMBERS, JSON), max_size=3))
def test_whatever_is_put_gets_an_answer_of_eventbridge(entries):
    async def work() -> None:
        aws = Aws()
        bus = EventBridge(aws.door, aws.control_plane, None, ManualClock(), REGION)
        try:
            answer = await put(bus, *({**ENTRY, **entry} for entry in entries))
        except AwsError as error:
            assert error.code in ("SerializationException", "ValidationException")  # noqa: PT017
        else:
            assert len(answer["Entries"]) == len(entries)

    asyncio.run(work())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"Entries": 1}'])
def test_a_body_that_is_none_is_refused(running, body):
    async def work(bus: EventBridge, aws: Aws) -> None:
        call = json_call("events", REGION, "AWSEvents.PutEvents", {})
        call.body._data = body
        with pytest.raises(AwsError, match="SerializationException"):
            await bus.handle(call)

    running(work)


def scheduled(aws: Aws, bus: EventBridge, **members: Any) -> None:
    aws.rule("tick", {"Arn": FUNCTION}, EventPattern=None, **members)
    bus.notice(Call("events", "PutRule", "POST", "/"))


def test_a_schedule_sends_its_event_when_it_is_due(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        scheduled(aws, bus, ScheduleExpression="rate(1 minute)")
        await settled()
        assert aws.received == []
        aws.clock.advance(60)
        await settled()
        ((operation, event),) = aws.received
        assert (operation, event["detail-type"]) == ("Invoke", "Scheduled Event")
        assert event["resources"] == [aws.rules["tick"]["Arn"]]
        assert event["time"] == "2023-11-14T22:14:20Z"

    assert [event.kind for event in running(work)] == ["events.delivered"]


def test_a_schedule_does_not_pile_events_up_before_a_target_that_hangs(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        scheduled(aws, bus, ScheduleExpression="rate(1 minute)")
        await settled()
        aws.open.clear()
        for _ in range(3):
            aws.clock.advance(60)
            await settled()
        aws.open.set()
        await settled()
        assert len(aws.received) == 1

    kinds = [event.kind for event in running(work)]
    assert kinds == ["events.undelivered", "events.undelivered", "events.delivered"]


def test_rules_that_cannot_be_asked_for_are_noted(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        async def refuse(call: Call) -> Reply:
            return Reply(500, [], b'{"__type": "InternalException"}')

        bus._rules._control_plane = refuse
        scheduled(aws, bus, ScheduleExpression="rate(1 minute)")
        await settled()
        assert aws.clock.pending == []

    assert [event.kind for event in running(work)] == ["events.unscheduled"]


def test_put_rule_is_the_control_planes_unless_its_schedule_is_none(running):
    async def work(bus: EventBridge, aws: Aws) -> None:
        def put_rule(expression: str) -> Call:
            request = {"Name": "r", "ScheduleExpression": expression}
            return json_call("events", REGION, "AWSEvents.PutRule", request)

        assert (await bus.handle(put_rule("rate(5 minutes)"))).status == 200
        with pytest.raises(AwsError, match="ScheduleExpression is not valid"):
            await bus.handle(put_rule("rate(5 minute)"))
        assert aws.asked == ["PutRule"]

    running(work)
