"""How long something waits that is to be late."""

from __future__ import annotations

from random import Random


def drawn_s(ms: float, jitter_ms: float, random: Random) -> float:
    """Return the seconds of `ms` and up to `jitter_ms` more."""
    return (ms + random.uniform(0, jitter_ms)) / 1000
