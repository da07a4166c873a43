"""How many batches of a mapping may run at the same time (aws-behaviour §6.5); pure."""

from __future__ import annotations

FIRST = 5
FEWEST = 2
MOST = 1250
_MORE_PER_SECOND = 300 / 60


class Scaling:
    """Grows while there are messages, halves with every failed batch, starts over when idle.

    Times are seconds from any start. AWS says that failures slow a mapping down but not by how
    much: the half is our choice.
    """

    def __init__(self) -> None:
        self._level = float(FIRST)
        self._since: float | None = None

    def allowed(self, now: float, maximum: int = MOST) -> int:
        grown = 0.0 if self._since is None else (now - self._since) * _MORE_PER_SECOND
        return max(1, min(MOST, maximum, int(self._level + grown)))

    def busy(self, now: float) -> None:
        """Note that the queue has messages."""
        if self._since is None:
            self._since = now

    def failed(self, now: float) -> None:
        self._level = max(float(FEWEST), self.allowed(now) / 2)
        self._since = now

    def idle(self) -> None:
        """Note that the queue is empty and nothing runs."""
        self._level, self._since = float(FIRST), None
