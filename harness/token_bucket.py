"""The token bucket by which AWS limits rates (pure: the time is passed in)."""

from __future__ import annotations


class TokenBucket:
    """Holds up to `capacity` permits and gets `rate` new ones each second, continuously."""

    def __init__(self, capacity: float, rate: float, now: float) -> None:
        self._capacity = capacity
        self._rate = rate
        self._level = capacity
        self._seen = now

    def take(self, now: float, permits: float = 1.0) -> bool:
        """Take so many permits if they are there, else none."""
        self._level = min(self._capacity, self._level + (now - self._seen) * self._rate)
        self._seen = now
        if self._level < permits:
            return False
        self._level -= permits
        return True

    def give(self, permits: float) -> None:
        """Put back what was taken and not used."""
        self._level = min(self._capacity, self._level + permits)
