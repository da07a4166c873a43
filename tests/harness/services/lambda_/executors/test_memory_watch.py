from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from harness.services.lambda_.executors.memory_watch import MemoryWatch, _portable_bytes, tree_bytes

_HOLD = "held = bytearray({mb} << 20); held[::4096] = b'x' * len(held[::4096])"
_PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {child!r}]);"
    "child.wait()"
)


class Watched:
    """Holds one more of its `amounts` each time it is asked."""

    def __init__(self, *amounts: int) -> None:
        self.memory_limit = 100
        self.amounts = list(amounts)
        self.asked = asyncio.Event()
        self.killed = asyncio.Event()

    def held_bytes(self) -> int:
        self.asked.set()
        return self.amounts.pop(0) if len(self.amounts) > 1 else self.amounts[0]

    def out_of_memory(self) -> None:
        self.killed.set()


def test_who_holds_too_much_is_killed_and_the_others_are_not():
    async def work() -> None:
        watch, modest, greedy = MemoryWatch(), Watched(100), Watched(1, 100, 101)
        watch.add(modest)
        watch.add(greedy)
        async with asyncio.timeout(20):
            await greedy.killed.wait()
        assert greedy.amounts == [101]
        assert modest.asked.is_set()
        assert not modest.killed.is_set()
        watch.close()

    asyncio.run(work())


def test_who_is_not_watched_is_not_asked():
    async def work() -> None:
        watch, frozen, running = MemoryWatch(), Watched(101), Watched(101)
        watch.add(frozen)
        watch.discard(frozen)
        watch.add(running)
        async with asyncio.timeout(20):
            await running.killed.wait()
        assert not frozen.asked.is_set()
        watch.close()

    asyncio.run(work())


@pytest.mark.parametrize("count", [tree_bytes, _portable_bytes])
def test_what_children_hold_counts(count):
    child = _HOLD.format(mb=50) + "; print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT.format(child=child)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "held\n"
        assert 50 << 20 <= count(parent.pid) < 150 << 20
        parent.communicate("\n")
    assert count(parent.pid) == 0
