"""The batching window of the messages that are being gathered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from harness.clock import Clock


class Window:
    """Opens with the first message and calls `ended` when its time has passed."""

    def __init__(self, clock: Clock, ended: Callable[[], None]) -> None:
        self._clock = clock
        self._ended = ended
        self._time: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is to be waited for."""
        return self._time is None or self._time.done()

    def open(self, seconds: float) -> None:
        """Open, unless it is open or needs no time."""
        if seconds and self._time is None:
            self._time = asyncio.ensure_future(self._clock.wait(seconds))
            self._time.add_done_callback(lambda _: self._ended())

    def close(self) -> None:
        if self._time is not None:
            self._time.cancel()
            self._time = None
