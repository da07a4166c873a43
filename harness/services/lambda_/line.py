"""The invocations that wait for a sandbox, first come first served."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from harness.services.lambda_.room import Room


class Line:
    """`pass_on()` is asked to call somebody else when one that was called has given up."""

    def __init__(self, room: Room, pass_on: Callable[[], None]) -> None:
        self._room = room
        self._pass_on = pass_on
        self._turns: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._turns)

    async def turn(self, *, first: bool) -> None:
        """Wait until called; one that was called in vain goes first the next time."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._turns.appendleft if first else self._turns.append)(turn)
        self._room.waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):
                self._turns.remove(turn)
                self._room.waiting -= 1
            if not turn.cancelled():
                self._pass_on()
            raise

    def call(self) -> None:
        """Let the first try again."""
        while self._turns:
            turn = self._turns.popleft()
            self._room.waiting -= 1
            if not turn.done():
                turn.set_result(None)
                return
