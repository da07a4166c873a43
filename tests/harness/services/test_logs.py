from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.journal import Event, Journal
from harness.services.logs import LogDelivery

Stream = tuple[str, str]


class CloudWatchLogs:
    """Holds what was put; refuses what AWS refuses, and anything while `failure` is set."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.streams: dict[Stream, list[dict[str, Any]]] = {}
        self.calls: list[str] = []
        self.failure: Exception | None = None

    async def __call__(self, call: Call) -> Reply:
        members = orjson.loads(await call.body.read())
        self.calls.append(call.operation)
        if self.failure:
            raise self.failure
        return getattr(self, call.operation)(members) or Reply(200, [], b"{}")

    def CreateLogGroup(self, members: dict[str, Any]) -> Reply | None:  # noqa: N802 - AWS's name
        if members["logGroupName"] in self.groups:
            return error("ResourceAlreadyExistsException")
        self.groups.add(members["logGroupName"])
        return None

    def CreateLogStream(self, members: dict[str, Any]) -> Reply | None:  # noqa: N802
        stream = (members["logGroupName"], members["logStreamName"])
        if stream in self.streams:
            return error("ResourceAlreadyExistsException")
        self.streams[stream] = []
        return None

    def PutLogEvents(self, members: dict[str, Any]) -> Reply | None:  # noqa: N802
        stream = (members["logGroupName"], members["logStreamName"])
        if stream not in self.streams:
            return error("ResourceNotFoundException")
        self.streams[stream] += members["logEvents"]
        return None

    def messages(self, group: str, stream: str) -> list[str]:
        return [event["message"] for event in self.streams[(group, stream)]]


def error(code: str) -> Reply:
    return Reply(400, [], orjson.dumps({"__type": code, "message": code}))


Work = Callable[[LogDelivery, CloudWatchLogs], Awaitable[None]]


@pytest.fixture
def delivering(tmp_path: Path) -> Callable[[Work], list[Event]]:
    """Run a test's work and return what the journal was told."""

    def run(work: Work) -> list[Event]:
        seen: list[Event] = []

        async def guarded() -> None:
            clock = ManualClock(start=1000.0)
            journal = Journal(tmp_path / "journal", clock)
            journal.follow(seen.append)
            logs = CloudWatchLogs()
            delivery = LogDelivery(logs, "ap-northeast-1", journal, clock)
            async with asyncio.timeout(20):
                await work(delivery, logs)
            await delivery.close()
            journal.close()

        asyncio.run(guarded())
        return seen

    return run


def test_events_arrive_in_order_and_few_calls(delivering):
    async def work(delivery: LogDelivery, logs: CloudWatchLogs) -> None:
        for number in range(2500):
            delivery.put("/g", "s", str(number))
        delivery.put("/g", "other", "there")
        await delivery.flush()
        assert logs.messages("/g", "s") == [str(number) for number in range(2500)]
        assert logs.messages("/g", "other") == ["there"]
        assert logs.calls.count("PutLogEvents") == 4
        assert logs.streams[("/g", "s")][0] == {"timestamp": 1_000_000, "message": "0"}

    assert delivering(work) == []


def test_groups_and_streams_are_made_once_and_may_exist(delivering):
    async def work(delivery: LogDelivery, logs: CloudWatchLogs) -> None:
        logs.groups.add("/g")
        for message in ("first", "second"):
            delivery.put("/g", "s", message)
            await delivery.flush()
        assert logs.calls == ["CreateLogGroup", "CreateLogStream", "PutLogEvents", "PutLogEvents"]

    assert delivering(work) == []


def test_a_stream_that_was_deleted_is_made_again(delivering):
    async def work(delivery: LogDelivery, logs: CloudWatchLogs) -> None:
        delivery.put("/g", "s", "gone")
        await delivery.flush()
        logs.streams.clear()
        delivery.put("/g", "s", "kept")
        await delivery.flush()
        assert logs.messages("/g", "s") == ["kept"]

    assert delivering(work) == []


@pytest.mark.parametrize("failure", [ConnectionRefusedError("down")])
def test_what_cannot_be_delivered_is_noted_and_the_next_goes_on(delivering, failure):
    async def work(delivery: LogDelivery, logs: CloudWatchLogs) -> None:
        logs.failure = failure
        delivery.put("/g", "s", "lost")
        await delivery.flush()
        logs.failure = None
        delivery.put("/g", "s", "delivered")
        await delivery.flush()
        assert logs.messages("/g", "s") == ["delivered"]

    (noted,) = delivering(work)
    assert (noted.kind, noted.detail) == ("logs.refused", {"group": "/g", "reason": "down"})


def test_who_waits_for_newer_events_is_told_when_they_are_there(delivering):
    async def work(delivery: LogDelivery, logs: CloudWatchLogs) -> None:
        delivery.put("/g", "s", "known")
        await delivery.flush()
        await delivery.newer("/g", 999_999)
        waiting = asyncio.ensure_future(delivery.newer("/g", 1_000_000))
        delivery.put("/other", "s", "another group")
        await delivery.flush()
        assert not waiting.done()
        delivery._clock.advance(0.001)
        delivery.put("/g", "s", "newer")
        await waiting
        assert logs.messages("/g", "s") == ["known", "newer"]

    delivering(work)


def test_with_nothing_to_deliver_there_is_nothing_to_wait_for(delivering):
    async def work(delivery: LogDelivery, logs: CloudWatchLogs) -> None:
        await delivery.flush()
        assert logs.calls == []

    delivering(work)
