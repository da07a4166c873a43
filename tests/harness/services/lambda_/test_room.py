"""Who runs on this machine: pools of several functions in one room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

import pytest

from harness.services.lambda_.pool import Pool
from harness.services.lambda_.room import KEPT_S, Room, next_in_line
from tests.harness.services.lambda_.test_pool import FUNCTION, Sandbox, Sandboxes, finish


@dataclass
class Tenant:
    """Only what the decision looks at."""

    name: str
    alive: int
    waiting: int
    idle_since: float | None = None

    def evict(self) -> None:
        raise NotImplementedError

    def call_next(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("own", "others", "chosen"),
    [
        (Tenant("own", 4, 1), [Tenant("a", 1, 1)], "a"),
        (Tenant("own", 2, 1), [Tenant("a", 1, 1)], "own"),
        (Tenant("own", 2, 0), [Tenant("a", 5, 1)], "a"),
        (Tenant("own", 9, 1), [Tenant("a", 0, 0)], "own"),
        (Tenant("own", 9, 1), [Tenant("a", 3, 1), Tenant("b", 2, 9)], "b"),
        (Tenant("own", 9, 0), [Tenant("a", 3, 0)], None),
    ],
)
def test_a_free_place_goes_to_the_poorest_unless_that_changes_nothing(own, others, chosen):
    found = next_in_line(own, [own, *others])
    assert (found and found.name) == chosen


Work = Callable[[Pool, Pool, Room], Awaitable[None]]


def using(work: Work, bound: int, now: Callable[[], float] | None = None) -> None:
    async def run() -> None:
        room = Room(bound, now)
        sandboxes = Sandboxes()
        pools = Pool(sandboxes.launch, room), Pool(sandboxes.launch, room)
        async with asyncio.timeout(20):
            await work(*pools, room)
        for pool in pools:
            await pool.close()
        room.close()

    asyncio.run(run())


async def waiting_for(pool: Pool, number: int) -> list[asyncio.Task[Sandbox]]:
    tasks = [asyncio.ensure_future(pool.acquire(FUNCTION)) for n in range(number)]
    await asyncio.sleep(0)
    return tasks


def test_an_idle_sandbox_of_another_function_makes_room():
    async def work(mine: Pool, other: Pool, room: Room) -> None:
        busy = await other.acquire(FUNCTION)
        idle = await other.acquire(FUNCTION)
        await finish(other, idle)
        await mine.acquire(FUNCTION)
        assert (mine.alive, other.alive, room.taken) == (1, 1, 2)
        await finish(other, busy)

    using(work, bound=2)


def test_functions_that_take_turns_keep_their_sandboxes():
    """With equal shares nobody's sandbox is ended before it was unused for a while."""
    seconds = [0.0]

    async def work(mine: Pool, other: Pool, room: Room) -> None:
        idle = await other.acquire(FUNCTION)
        busy = await mine.acquire(FUNCTION)
        await finish(other, idle)
        (waiting,) = await waiting_for(mine, 1)
        assert (waiting.done(), other.alive) == (False, 1)
        await finish(mine, busy)
        assert await waiting is busy
        seconds[0] = asyncio.get_running_loop().time() + KEPT_S
        await mine.acquire(FUNCTION)
        assert (mine.alive, other.alive) == (2, 0)

    using(work, bound=2, now=lambda: seconds[0])


def test_who_waits_is_called_once_a_sandbox_was_unused_for_a_while():
    async def work(mine: Pool, other: Pool, room: Room) -> None:
        idle = await other.acquire(FUNCTION)
        await mine.acquire(FUNCTION)
        await finish(other, idle)
        beginning = asyncio.get_running_loop().time()
        calls: list[float] = []

        def now() -> float:
            """Say that nearly all of the time has passed, later that all of it has."""
            calls.append(asyncio.get_running_loop().time())
            return beginning + KEPT_S - (0.01 if len(calls) < 3 else -0.01)

        room._now = now
        (waiting,) = await waiting_for(mine, 1)
        await waiting
        assert (mine.alive, other.alive) == (2, 0)

    using(work, bound=2)


def test_the_longest_unused_is_ended_first():
    async def work(mine: Pool, other: Pool, room: Room) -> None:
        first, second = await other.acquire(FUNCTION), await other.acquire(FUNCTION)
        await finish(other, second)
        await finish(other, first)
        await mine.acquire(FUNCTION)
        assert await other.acquire(FUNCTION) is first

    using(work, bound=2)


def test_every_function_gets_one_beyond_the_bound():
    async def work(mine: Pool, other: Pool, room: Room) -> None:
        await other.acquire(FUNCTION)
        await mine.acquire(FUNCTION)
        assert room.taken == 2
        (second,) = await waiting_for(mine, 1)
        assert (mine.waiting, room.waiting, second.done()) == (1, 1, False)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert room.waiting == 0

    using(work, bound=1)


def test_who_is_waited_for_by_a_running_invocation_does_not_wait():
    async def work(mine: Pool, other: Pool, room: Room) -> None:
        await mine.acquire(FUNCTION)
        await mine.acquire(FUNCTION, urgent=True)
        assert room.taken == 2

    using(work, bound=1)


def test_what_was_beyond_the_bound_is_ended_when_it_has_run():
    async def work(mine: Pool, other: Pool, room: Room) -> None:
        caller = await mine.acquire(FUNCTION)
        called = await mine.acquire(FUNCTION, urgent=True)
        await finish(mine, called)
        assert (mine.alive, room.taken) == (1, 1)
        await finish(mine, caller)
        assert await mine.acquire(FUNCTION) is caller

    using(work, bound=1)


def test_a_function_with_many_sandboxes_gives_some_up():
    """One that has all of them and more to do than it can shares with one that has come later."""

    async def work(rich: Pool, poor: Pool, room: Room) -> None:
        running = [await rich.acquire(FUNCTION) for n in range(4)]
        own = await waiting_for(rich, 8)
        (first,) = await waiting_for(poor, 1)
        await first
        others = await waiting_for(poor, 4)
        assert (rich.alive, poor.alive) == (4, 1)
        for sandbox in running:
            await finish(rich, sandbox)
            await asyncio.sleep(0)
        assert (rich.alive, poor.alive) == (3, 2)
        assert sum(task.done() for task in others) == 1
        assert sum(task.done() for task in own) == 3
        for task in (*own, *others):
            task.cancel()
        await asyncio.gather(*own, *others, return_exceptions=True)

    using(work, bound=4)


@pytest.mark.parametrize("seed", range(6))
def test_nobody_is_forgotten_whatever_the_order(seed):
    """Many invocations of two functions in a room for two: all of them end."""

    async def work(one: Pool, two: Pool, room: Room) -> None:
        chance = Random(seed)  # noqa: S311 - an order, not a secret

        async def invocation(pool: Pool, number: int) -> None:
            sandbox = await pool.acquire(FUNCTION)
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            sandbox.dies = chance.random() < 0.2
            pool.release(sandbox)

        async with asyncio.TaskGroup() as group:
            for number in range(200):
                group.create_task(invocation(chance.choice((one, two)), number))
                if chance.random() < 0.3:
                    await asyncio.sleep(0)
        assert (one.busy, two.busy, room.waiting) == (0, 0, 0)
        assert room.taken <= 3
        await asyncio.gather(*one._tasks, *two._tasks)
        assert room.taken == one.alive + two.alive <= 3

    using(work, bound=2)
