"""A manual clock that tells when somebody begins to wait, so that a test can wait for that."""

from __future__ import annotations

import asyncio

from harness.clock import ManualClock


class WatchedClock(ManualClock):
    """waits: how long each wait is, in the order in which they began."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: asyncio.Queue[float] = asyncio.Queue()

    async def wait(self, seconds: float) -> None:
        self.waits.put_nowait(seconds)
        await super().wait(seconds)
