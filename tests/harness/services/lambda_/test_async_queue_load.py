"""Thousands of events at once, under throttles, crashes and full disks: none lost, none doubled."""

from __future__ import annotations

import asyncio
import random
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.journal import Event, Journal
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.destinations.telling import Telling
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoker import Invoked
from harness.services.lambda_.outcome import exited, raised, succeeded
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.refusal import throttled
from harness.services.lambda_.spool import Spool
from tests.harness.services.lambda_.examples import REGION, answer
from tests.harness.services.lambda_.test_async_queue import BUSY

KINDS = ("good", "bad", "killed", "busy", "lost")


class Load:
    """A queue over sandboxes that answer by chance.

    weights: how often an attempt is good, raises, is killed, is throttled, cannot be started;
    slots: the sandboxes; more invocations at a time are throttled, as reserved concurrency does.
    runs: the answers by request id; ends: the conditions by request id.
    """

    def __init__(
        self, directory: Path, seed: int, weights: list[int], *, slots: int, width: int
    ) -> None:
        self.clock = ManualClock()
        self.journal = Journal(directory / "journal", self.clock)
        self.journal.follow(self._observe)
        self.runs: Counter[tuple[str, str]] = Counter()
        self.ends: dict[str, list[str]] = {}
        self.most = 0
        self.throttles = 0
        self.directory = directory / "events"
        self._running = 0
        self._slots = slots
        self._random = random.Random(seed)  # noqa: S311 - a repeatable test
        self._weights = weights
        functions = Functions(self._control_plane, REGION)
        configs = EventInvokeConfigs(functions, self.clock)
        self.queue = AsyncQueue(
            self._run,
            functions,
            configs,
            Recursion(self.journal, self.clock),
            Telling(self._control_plane, configs.settings, self.journal, self.clock),
            Spool(self.directory, memory=100_000, small=230),
            self.journal,
            self.clock,
            width,
        )

    async def until_done(self) -> None:
        """Let all time pass that is waited for."""
        while self.queue.depth:
            await asyncio.sleep(0)
            if self.queue._tasks:
                await asyncio.wait(self.queue._tasks)
            elif pending := self.clock.pending:
                self.clock.advance(pending[0] + 5)
        self.journal.close()

    async def _run(
        self, function: Function, request_id: str, payload: bytes, *, trace: str
    ) -> Invoked:
        assert payload == content(request_id)
        if self._running >= self._slots:
            raise BUSY
        self._running += 1
        self.most = max(self.most, self._running)
        try:
            await asyncio.sleep(0)
            (kind,) = self._random.choices(KINDS, self._weights)
            return self._answer(kind, request_id)
        finally:
            self._running -= 1

    def _answer(self, kind: str, request_id: str) -> Invoked:
        if kind == "busy":
            raise throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        if kind == "lost":
            raise ConnectionResetError("the sandbox went away before it was asked")
        self.runs[request_id, kind] += 1
        outcomes = {
            "good": succeeded(b"1"),
            "bad": raised(b'{"errorMessage":"bad"}', "E"),
            "killed": exited(request_id, -9),
        }
        return Invoked(outcomes[kind], b"")

    async def _control_plane(self, call: Call) -> Reply:
        return Reply(200, [], orjson.dumps(answer()))

    def _observe(self, event: Event) -> None:
        if event.kind in ("async.succeeded", "async.dropped"):
            ends = self.ends.setdefault(event.detail["request_id"], [])
            ends.append(event.detail["condition"])
        self.throttles += event.kind == "async.not_started"


def content(request_id: str) -> bytes:
    """Return an event of a size of its own: some stay in memory, some go to the disk."""
    return request_id.encode() * (1 + zlib.crc32(request_id.encode()) % 30)


def carried(
    seed: int, weights: list[int], events: int, *, slots: int, width: int, functions: int = 3
) -> Load:
    """Return a load after `events` events of some functions came to their ends."""

    async def work(directory: Path) -> Load:
        load = Load(directory, seed, weights, slots=slots, width=width)
        names = [f"id-{number}" for number in range(events)]
        accepted = (
            load.queue.accept(f"f{number % functions}", name, content(name))
            for number, name in enumerate(names)
        )
        await asyncio.gather(*accepted)
        await load.until_done()
        assert load.ends.keys() == set(names)
        return load

    with TemporaryDirectory() as directory:
        load = asyncio.run(work(Path(directory)))
        assert not load.directory.exists() or not list(load.directory.iterdir())
        return load


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(),
    weights=st.lists(st.integers(1, 9), min_size=5, max_size=5),
    events=st.integers(1, 80),
    slots=st.integers(1, 6),
    width=st.integers(1, 6),
)
def test_every_event_ends_once_and_as_its_answers_say(seed, weights, events, slots, width):
    load = carried(seed, weights, events, slots=slots, width=width)
    for name, (condition,) in ((name, tuple(ends)) for name, ends in load.ends.items()):
        good = load.runs[name, "good"]
        failures = load.runs[name, "bad"] + load.runs[name, "killed"]
        expected = {"Success": (1, range(3)), "RetriesExhausted": (0, (3,))}
        assert good == expected[condition][0]
        assert failures in expected[condition][1]


def test_five_thousand_at_once_with_a_crash_in_ten_and_a_throttle_in_five():
    load = carried(7, [70, 5, 5, 10, 10], 5_000, slots=8, width=4)
    assert sum(len(ends) for ends in load.ends.values()) == 5_000
    successes = sum(count for (_, kind), count in load.runs.items() if kind == "good")
    assert successes == sum(ends == ["Success"] for ends in load.ends.values())
    assert successes > 4_950


def test_a_small_concurrency_is_used_and_not_stormed():
    load = carried(7, [1, 0, 0, 0, 0], 600, slots=2, width=8, functions=1)
    assert load.most == 2
    assert all(ends == ["Success"] for ends in load.ends.values())
    assert load.throttles < 100


def test_the_events_of_one_function_do_not_wait_behind_anothers():
    async def work(directory: Path) -> None:
        load = Load(directory, 1, [1, 0, 0, 0, 0], slots=9, width=1)
        order: list[str] = []
        load.journal.follow(
            lambda event: order.append(f"{event.kind} {event.detail.get('request_id')}")
        )
        for number in range(200):
            await load.queue.accept("busy", f"id-{number}", content(f"id-{number}"))
        await load.queue.accept("other", "id-other", content("id-other"))
        await load.until_done()
        accepted = order.index("async.accepted id-other")
        assert order.index("async.succeeded id-other") - accepted < 10
        assert load.queue.depth == 0

    with TemporaryDirectory() as directory:
        asyncio.run(work(Path(directory)))
