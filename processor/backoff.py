"""How long to wait before a call is tried again (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 20.0


def full_jitter(random: Callable[[], float]) -> Iterator[float]:
    """Yield waits without end: any length up to a bound that doubles from wait to wait.

    random: from 0 to 1. Sandboxes that were throttled together do not come back together.
    """
    bound = FIRST_SECONDS
    while True:
        yield random() * bound
        bound = min(2 * bound, LONGEST_SECONDS)
