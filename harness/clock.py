"""The only place that asks the machine for the time or waits for it to pass.

`SystemClock(scale)` divides *waits* by the scale (the CLI's `--time-scale`); wall-clock time and
function time-outs are never scaled. `ManualClock` moves when a test says so.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


def iso8601(time: float) -> str:
    """Return seconds since the epoch as AWS writes them: milliseconds and Z."""
    moment = datetime.fromtimestamp(time, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Clock(Protocol):
    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going backwards."""
        ...

    async def wait(self, seconds: float) -> None:
        """Wait out a delay that AWS prescribes (a retry, a poll interval)."""
        ...

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], object]:
        """Call `call` after such a delay, without a task of its own; return what calls it off."""
        ...

    def moment(self, seconds: float) -> float:
        """Return when such a delay that begins now will be over, in seconds since the epoch."""
        ...

    def passed(self, moment: float) -> float:
        """Return how long a delay that began at `moment` and is over now was."""
        ...


class SystemClock:
    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._scale)

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(seconds / self._scale, call).cancel

    def moment(self, seconds: float) -> float:
        return time.time() + seconds / self._scale

    def passed(self, moment: float) -> float:
        return (time.time() - moment) * self._scale


class ManualClock:
    """A clock for tests: `advance` moves it and wakes the waits that fell due."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._waits: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def wait(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waits, (self._now + seconds, next(self._order), future))
        await future

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], object]:
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: None if done.cancelled() else call())
        heapq.heappush(self._waits, (self._now + seconds, next(self._order), future))
        return future.cancel

    def moment(self, seconds: float) -> float:
        return self._now + seconds

    def passed(self, moment: float) -> float:
        return self._now - moment

    @property
    def pending(self) -> list[float]:
        """Return the seconds still to go of every wait, soonest first."""
        return [due - self._now for due, _, future in sorted(self._waits) if not future.done()]

    def advance(self, seconds: float) -> None:
        self._now += seconds
        while self._waits and self._waits[0][0] <= self._now:
            future = heapq.heappop(self._waits)[2]
            if not future.done():
                future.set_result(None)
