from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from harness.errors import AwsError
from harness.services.lambda_.function import Function
from harness.services.lambda_.pool import Pool
from harness.services.lambda_.refusal import throttled
from harness.services.lambda_.room import Room
from harness.services.lambda_.sandbox import SandboxState
from tests.harness.services.lambda_.examples import function

FUNCTION = function()
LATER = replace(FUNCTION, revision="later")


class Sandbox:
    """A sandbox as the pool sees it; `dies` in its next settling."""

    def __init__(self, of: Function) -> None:
        self.function = of
        self.state = SandboxState.IDLE
        self.dies = False
        self.settled = asyncio.Event()
        self.killed = asyncio.Event()

    async def settle(self) -> None:
        self.state = SandboxState.DEAD if self.dies else SandboxState.IDLE
        self.settled.set()

    async def kill(self) -> None:
        self.state = SandboxState.DEAD
        self.killed.set()


class Sandboxes:
    """Launches them and keeps them; `failure` makes the next launch fail."""

    def __init__(self) -> None:
        self.launched: list[Sandbox] = []
        self.failure: Exception | None = None

    async def launch(self, of: Function) -> Sandbox:
        if self.failure:
            raise self.failure
        self.launched.append(Sandbox(of))
        return self.launched[-1]


def using(work: Callable[[Pool, Sandboxes], Awaitable[None]], bound: int = 2) -> None:
    async def run() -> None:
        sandboxes = Sandboxes()
        pool = Pool(sandboxes.launch, Room(bound))
        async with asyncio.timeout(20):
            await work(pool, sandboxes)
        await pool.close()
        assert all(sandbox.state is SandboxState.DEAD for sandbox in sandboxes.launched)

    asyncio.run(run())


async def finish(pool: Pool, sandbox: Sandbox) -> None:
    sandbox.settled.clear()
    pool.release(sandbox)
    await sandbox.settled.wait()


def test_a_sandbox_is_used_again():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        assert (pool.alive, pool.busy) == (1, 1)
        await finish(pool, first)
        assert (pool.alive, pool.busy) == (1, 0)
        assert await pool.acquire(FUNCTION) is first
        assert sandboxes.launched == [first]
        await finish(pool, first)

    using(work)


def test_a_sandbox_that_has_just_answered_is_waited_for():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        pool.release(first)
        both = await asyncio.gather(pool.acquire(FUNCTION), pool.acquire(FUNCTION))
        assert first in both
        assert pool.alive == 2

    using(work)


def test_invocations_at_the_same_time_have_a_sandbox_each():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        both = await asyncio.gather(pool.acquire(FUNCTION), pool.acquire(FUNCTION))
        assert both == sandboxes.launched
        assert (pool.alive, pool.busy) == (2, 2)

    using(work)


def test_beyond_the_bound_invocations_wait_their_turn():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        waiting = [asyncio.ensure_future(pool.acquire(FUNCTION)) for n in (2, 3)]
        await asyncio.sleep(0)
        assert pool.waiting == 2
        await finish(pool, first)
        assert await waiting[0] is first
        assert not waiting[1].done()
        await finish(pool, first)
        assert await waiting[1] is first
        assert pool.waiting == 0

    using(work, bound=1)


def refuse() -> None:
    raise throttled("ReservedFunctionConcurrentInvocationLimitExceeded")


def test_an_event_that_is_refused_at_last_leaves_the_sandbox_to_others():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        refused, patient = (
            asyncio.ensure_future(pool.acquire(FUNCTION, refuse)),
            asyncio.ensure_future(pool.acquire(FUNCTION)),
        )
        await asyncio.sleep(0)
        await finish(pool, first)
        with pytest.raises(AwsError, match=r"Rate Exceeded\."):
            await refused
        assert await patient is first
        assert (pool.alive, pool.busy, pool.waiting) == (1, 1, 0)

    using(work, bound=1)


def test_an_event_that_is_refused_before_its_sandbox_starts_takes_no_room():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        with pytest.raises(AwsError):
            await pool.acquire(FUNCTION, refuse)
        assert (pool.alive, pool.busy, sandboxes.launched) == (0, 0, [])

    using(work)


def test_what_was_prepared_is_used_first_and_kept():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        ordinary = await pool.acquire(FUNCTION)
        assert await pool.prepare(FUNCTION)
        ready = sandboxes.launched[-1]
        await finish(pool, ordinary)
        assert await pool.acquire(FUNCTION) is ready
        await finish(pool, ready)
        assert (pool.prepared, pool.idle_since is not None) == (1, True)
        pool.evict()
        assert pool.idle_since is None
        pool.let_go()
        assert (pool.prepared, pool.idle_since is not None) == (0, True)

    using(work)


def test_the_loss_of_what_was_prepared_is_told():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        lost: list[str] = []
        pool.lost = lambda: lost.append("lost")
        await pool.prepare(FUNCTION)
        ready = await pool.acquire(FUNCTION)
        ready.state = SandboxState.DEAD
        pool.release(ready)
        assert (pool.prepared, lost) == (0, ["lost"])

    using(work)


def test_what_is_outdated_is_ended_at_once_or_after_its_invocation():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        idle, busy = await pool.acquire(FUNCTION), await pool.acquire(FUNCTION)
        await finish(pool, idle)
        pool.retire()
        assert pool.alive == 1
        await finish(pool, busy)
        await asyncio.gather(*pool._tasks)
        assert pool.alive == 0

    using(work)


def test_a_changed_function_gets_new_sandboxes():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        old = await pool.acquire(FUNCTION)
        await finish(pool, old)
        new = await pool.acquire(LATER)
        assert new is not old
        await asyncio.gather(*pool._tasks)
        assert old.state is SandboxState.DEAD
        assert (new.function, pool.alive) == (LATER, 1)

    using(work)


def test_retired_sandboxes_end_when_they_idle_or_once_they_have_run():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        idle, busy = await asyncio.gather(pool.acquire(FUNCTION), pool.acquire(FUNCTION))
        await finish(pool, idle)
        pool.retire()
        await idle.killed.wait()
        assert busy.state is SandboxState.IDLE
        pool.release(busy)
        await busy.killed.wait()
        assert await pool.acquire(FUNCTION) not in (idle, busy)
        assert pool.alive == 1

    using(work)


def test_a_sandbox_that_idles_too_long_is_ended(monkeypatch):
    monkeypatch.setattr("harness.services.lambda_.pool.IDLE_LIMIT_S", 0.0)

    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        await finish(pool, first)
        await first.killed.wait()
        assert await pool.acquire(FUNCTION) is not first
        assert pool.alive == 1

    using(work)


@pytest.mark.parametrize("when", ["at release", "while settling"])
def test_a_dead_sandbox_makes_room(when):
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        waiting = asyncio.ensure_future(pool.acquire(FUNCTION))
        await asyncio.sleep(0)
        if when == "at release":
            first.state = SandboxState.DEAD
        first.dies = True
        pool.release(first)
        assert await waiting is not first
        assert (pool.alive, pool.busy) == (1, 1)

    using(work, bound=1)


def test_a_launch_that_fails_takes_no_room():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        sandboxes.failure = AwsError("InvalidParameterValueException", "no such image")
        with pytest.raises(AwsError, match="no such image"):
            await pool.acquire(FUNCTION)
        assert (pool.alive, pool.busy) == (0, 0)
        sandboxes.failure = None
        await pool.acquire(FUNCTION)

    using(work, bound=1)


def test_an_invocation_that_gave_up_waiting_does_not_keep_the_others_waiting():
    async def work(pool: Pool, sandboxes: Sandboxes) -> None:
        first = await pool.acquire(FUNCTION)
        gave_up, patient = (asyncio.ensure_future(pool.acquire(FUNCTION)) for _ in range(2))
        await asyncio.sleep(0)
        gave_up.cancel()
        await asyncio.gather(gave_up, return_exceptions=True)
        assert pool.busy == 2
        await finish(pool, first)
        assert await patient is first

    using(work, bound=1)
