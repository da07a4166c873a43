"""The memory limit: one poller for all sandboxes that run, which kills those that hold too much.

Counted is what the system cannot take back: files in `/tmp` and caches are no memory of the
function. A control group of a sandbox answers for all of its processes at once; without one each
process of the tree is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psutil

INTERVAL_S = 0.05

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


class Watched(Protocol):
    """memory_limit: bytes; `held_bytes` is asked every `INTERVAL_S` while it is watched."""

    memory_limit: int

    def held_bytes(self) -> int: ...
    def out_of_memory(self) -> None: ...


class MemoryWatch:
    """Watches nothing and costs nothing while no sandbox runs."""

    def __init__(self) -> None:
        self._watched: set[Watched] = set()
        self._next: asyncio.TimerHandle | None = None

    def add(self, watched: Watched) -> None:
        self._watched.add(watched)
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(INTERVAL_S, self._look)

    def discard(self, watched: Watched) -> None:
        """Stop watching; the timer ends by itself, so a warm invocation does not touch it."""
        self._watched.discard(watched)

    def close(self) -> None:
        self._watched.clear()
        if self._next is not None:
            self._next.cancel()

    def _look(self) -> None:
        self._next = None
        for watched in list(self._watched):
            if watched.held_bytes() > watched.memory_limit:
                self._watched.discard(watched)
                watched.out_of_memory()
        if self._watched:
            self._next = asyncio.get_running_loop().call_later(INTERVAL_S, self._look)


def tree_bytes(pid: int) -> int:
    """Return the memory that process `pid` and its descendants hold for themselves."""
    if not _PROC.joinpath("self", "statm").exists():
        return _portable_bytes(pid)
    return sum(_own_bytes(member) for member in _tree(pid))


def tree_peak_bytes(pid: int) -> int:
    """Return the most memory that one of process `pid` and its descendants has held."""
    return max(peak_bytes(member) for member in _tree(pid))


def peak_bytes(pid: int) -> int:
    """Return the most memory that process `pid` has held; what it holds where nobody counts."""
    status = _PROC / str(pid) / "status"
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))
    except (FileNotFoundError, ProcessLookupError):  # it, or a thread of it, has just ended
        return


def _own_bytes(pid: int) -> int:
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(resident) - int(shared)) * _PAGE


def _portable_bytes(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(
            int(member.memory_info().rss) for member in (process, *process.children(recursive=True))
        )
    except psutil.NoSuchProcess:
        return 0
