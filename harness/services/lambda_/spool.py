"""Payloads that wait: a bounded amount of them in memory, all others on the disk.

The directory lives as long as the environment, and so does what is accepted here.
"""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from typing import Protocol

_SMALL = 64 * 1024
_MEMORY = 8 * 1024 * 1024


class Kept(Protocol):
    """A payload in safe keeping until it is discarded."""

    async def read(self) -> bytes: ...

    async def discard(self) -> None: ...


class Spool:
    """Keeps up to `memory` bytes of payloads not larger than `small` itself."""

    def __init__(self, directory: Path, memory: int = _MEMORY, small: int = _SMALL) -> None:
        self._directory = directory
        self._free = memory
        self._small = small
        self._names = count()

    async def keep(self, payload: bytes) -> Kept:
        """Take a payload; raises `OSError` when it has to go to the disk and that is full."""
        size = len(payload)
        if size <= min(self._small, self._free):
            self._free -= size
            return _InMemory(payload, self)
        path = self._directory / str(next(self._names))
        await asyncio.to_thread(_write, path, payload)
        return _OnDisk(path)

    async def keep_answer(self, payload: bytes) -> Kept:
        """Take what a function answered, in memory if the disk is full: it cannot be refused."""
        try:
            return await self.keep(payload)
        except OSError:
            self._free -= len(payload)
            return _InMemory(payload, self)

    def give_back(self, size: int) -> None:
        """Count memory as free again."""
        self._free += size


class _InMemory:
    __slots__ = ("_payload", "_spool")

    def __init__(self, payload: bytes, spool: Spool) -> None:
        self._payload = payload
        self._spool = spool

    async def read(self) -> bytes:
        return self._payload

    async def discard(self) -> None:
        self._spool.give_back(len(self._payload))
        self._payload = b""


class _OnDisk:
    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> bytes:
        return await asyncio.to_thread(self._path.read_bytes)

    async def discard(self) -> None:
        await asyncio.to_thread(self._path.unlink, missing_ok=True)


def _write(path: Path, payload: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    try:
        path.write_bytes(payload)
    except OSError:
        path.unlink(missing_ok=True)
        raise
