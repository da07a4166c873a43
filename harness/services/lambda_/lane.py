"""The events of one function that are ready, and how many are attempted at the same time."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")

_WIDENED = 1 / 8


class Lane(Generic[Item]):
    """A line of its own for each function, so that nobody waits behind another's events.

    limit: as many as this machine runs sandboxes for. Throttles narrow the lane to what did run,
    and it widens again by one for every eight attempts without: "if the queue has many entries,
    Lambda reduces the rate at which it reads" (aws-behaviour §3.3). So a long queue in front of a
    small reserved concurrency does not become a storm of throttles.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._width = float(limit)
        self._ready: deque[Item] = deque()
        self.running = 0

    @property
    def throttled(self) -> bool:
        """Tell whether it is the function, and not this machine, that sets the pace."""
        return self._width < self._limit

    @property
    def empty(self) -> bool:
        return not self._ready and not self.running

    def add(self, item: Item) -> None:
        self._ready.append(item)

    def take(self) -> Item | None:
        """Return the next to attempt, None when nothing is ready or enough are under way."""
        if not self._ready or self.running >= int(self._width):
            return None
        self.running += 1
        return self._ready.popleft()

    def done(self, *, throttled: bool) -> None:
        """Note the end of an attempt, and whether it could not be started."""
        self.running -= 1
        if throttled:
            self._width = float(max(1, min(self.running, int(self._width))))
        else:
            self._width = min(self._limit, self._width + _WIDENED)
