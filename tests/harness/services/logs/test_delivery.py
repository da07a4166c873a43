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
from harness.services.cloudwatch.store import Metric, MetricStore
from harness.services.logs.delivery import LogDelivery
from harness.services.logs.events import LogEvents, Span
from harness.services.logs.groups import Groups
from harness.services.logs.ingestion import Ingestion
from harness.services.logs.metric_filters import MetricFilters


class ControlPlane:
    """Keeps groups; refuses everything while `failure` is set."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.calls: list[str] = []
        self.failure: Exception | None = None

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call.operation)
        if self.failure:
            raise self.failure
        name = orjson.loads(await call.body.read())["logGroupName"]
        if name in self.groups:
            return Reply(400, [], orjson.dumps({"__type": "ResourceAlreadyExistsException"}))
        self.groups.add(name)
        return Reply(200, [], b"{}")


class Stage:
    def __init__(self, directory: Path, journal: Journal, clock: ManualClock) -> None:
        self.clock = clock
        self.control_plane = ControlPlane()
        self.groups = Groups(self.control_plane, "ap-northeast-1")
        self.events = LogEvents(directory / "logs.sqlite")
        self.store = MetricStore(clock.now)
        ingestion = Ingestion(self.store, MetricFilters(), clock)
        self.delivery = LogDelivery(self.groups, self.events, ingestion, journal, clock)

    async def messages(self, group: str) -> list[str]:
        page = await self.events.search(Span(group, 0, 2**60), lambda _: True, 10_000)
        return [event.message for event in page.events]


Work = Callable[[Stage], Awaitable[None]]


@pytest.fixture
def delivering(tmp_path: Path) -> Callable[[Work], list[Event]]:
    """Run a test's work and return what the journal was told."""

    def run(work: Work) -> list[Event]:
        seen: list[Event] = []

        async def guarded() -> None:
            clock = ManualClock(start=1000.0)
            journal = Journal(tmp_path / "journal", clock)
            journal.follow(seen.append)
            stage = Stage(tmp_path, journal, clock)
            async with asyncio.timeout(20):
                await work(stage)
            await stage.delivery.close()
            await stage.events.close()
            journal.close()

        asyncio.run(guarded())
        return seen

    return run


def test_events_arrive_in_order_once_they_are_wanted(delivering):
    async def work(stage: Stage) -> None:
        for number in range(2500):
            stage.delivery.put("/g", "s", str(number))
        stage.delivery.put("/h", "s", "there")
        await stage.delivery.flush()
        assert await stage.messages("/g") == [str(number) for number in range(2500)]
        assert await stage.messages("/h") == ["there"]

    assert delivering(work) == []


def test_nobody_has_to_want_them(delivering):
    async def work(stage: Stage) -> None:
        stage.delivery.put("/g", "s", "by itself")
        await stage.delivery.newer("/g", 0)
        assert await stage.messages("/g") == ["by itself"]

    delivering(work)


def test_the_control_plane_is_asked_once_for_a_group(delivering):
    async def work(stage: Stage) -> None:
        stage.control_plane.groups.add("/g")
        for message in ("first", "second"):
            stage.delivery.put("/g", "s", message)
            await stage.delivery.flush()
        assert stage.control_plane.calls == ["CreateLogGroup"]

    assert delivering(work) == []


def test_a_group_that_was_deleted_is_made_again(delivering):
    async def work(stage: Stage) -> None:
        stage.delivery.put("/g", "s", "gone")
        await stage.delivery.flush()
        stage.control_plane.groups.clear()
        stage.groups.forget("/g")
        await stage.events.delete_group("/g")
        stage.delivery.put("/g", "s", "kept")
        await stage.delivery.flush()
        assert await stage.messages("/g") == ["kept"]
        assert stage.control_plane.groups == {"/g"}

    assert delivering(work) == []


def test_what_cannot_be_delivered_is_noted_and_the_next_goes_on(delivering):
    async def work(stage: Stage) -> None:
        stage.control_plane.failure = ConnectionRefusedError("down")
        stage.delivery.put("/g", "s", "lost")
        await stage.delivery.flush()
        stage.control_plane.failure = None
        stage.delivery.put("/g", "s", "delivered")
        await stage.delivery.flush()
        assert await stage.messages("/g") == ["delivered"]

    (noted,) = delivering(work)
    assert (noted.kind, noted.detail) == ("logs.refused", {"group": "/g", "reason": "down"})


def test_who_waits_for_newer_events_is_told_when_they_are_there(delivering):
    async def work(stage: Stage) -> None:
        stage.delivery.put("/g", "s", "known")
        await stage.delivery.flush()
        await stage.delivery.newer("/g", 999_999)
        waiting = asyncio.ensure_future(stage.delivery.newer("/g", 1_000_000))
        stage.delivery.put("/other", "s", "another group")
        await stage.delivery.flush()
        assert not waiting.done()
        stage.clock.advance(0.001)
        stage.delivery.put("/g", "s", "newer")
        await waiting

    delivering(work)


def test_9_3_embedded_metrics_are_published_on_the_way(delivering):
    content: dict[str, Any] = {
        "_aws": {
            "Timestamp": 1_000_000,
            "CloudWatchMetrics": [
                {"Namespace": "N", "Dimensions": [[]], "Metrics": [{"Name": "m"}]}
            ],
        },
        "m": 4,
    }

    async def work(stage: Stage) -> None:
        stage.delivery.put("/g", "s", orjson.dumps(content).decode())
        stage.delivery.put("/g", "s", "[INFO]\t" + orjson.dumps(content).decode())
        await stage.delivery.flush()
        (point,) = stage.store.read(Metric("N", "m"), 0, 2000, 60).values()
        assert point.values == {4.0: 1}

    delivering(work)


def test_with_nothing_to_deliver_there_is_nothing_to_wait_for(delivering):
    async def work(stage: Stage) -> None:
        await stage.delivery.flush()
        assert stage.control_plane.calls == []

    delivering(work)
