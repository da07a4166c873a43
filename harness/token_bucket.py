"""The token bucket by which AWS limits rates (pure: the time is passed in)."""

from __future__ import annotations


class TokenBucket:
    """Holds up to `capacity` permits and gets `rate` new ones each second, continuously."""

    def __init__(self, capacity: float, rate: float, now: float) -> None:
        self._capacity = capacity
        self._rate = rate
        self._level = capacity
        self._seen = now

    def take(self, now: float) -> bool:
        """Take one permit if there is one."""
        self._level = min(self._capacity, self._level + (now - self._seen) * self._rate)
        self._seen = now
        if self._level < 1:
            return False
        self._level -= 1
        return True
