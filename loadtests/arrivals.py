"""When clients arrive: the schedule of an open load, which no slow answer can hold back."""

from __future__ import annotations

from random import Random


def arrivals(rate: float, seconds: float, random: Random) -> list[float]:
    """Return the arrival times, in seconds from the start, of `rate` clients per second.

    A Poisson process given its number of arrivals: these are then independent and uniform. With the
    number fixed, a short run has the declared rate and not one that differs by a tenth by chance.
    """
    return sorted(random.uniform(0.0, seconds) for _ in range(round(rate * seconds)))
