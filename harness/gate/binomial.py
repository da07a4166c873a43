"""Exact one-sided bounds for a probability of which k exceedances were seen in n samples.

These are the Clopper-Pearson bounds: they assume independent samples and no distribution of the
latencies themselves. `p95 < T` is the same statement as `P(latency >= T) < 0.05`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import accumulate

_HALVINGS = 60  # the bracket shrinks below the spacing of floats in [0, 1]


def at_most(k: int, n: int, p: float) -> float:
    """Return P(X <= k) for X ~ Binomial(n, p)."""
    if k < 0:
        return 0.0
    if k >= n or p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 0.0
    return min(1.0, math.fsum(_exactly(i, n, p) for i in range(k + 1)))


def _exactly(k: int, n: int, p: float) -> float:
    choices = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(choices + k * math.log(p) + (n - k) * math.log1p(-p))


def upper_bound(k: int, n: int, alpha: float) -> float:
    """Return the probability that is exceeded with a confidence of only `alpha`."""
    if k >= n:
        return 1.0
    return _where(lambda p: at_most(k, n, p) <= alpha)


def lower_bound(k: int, n: int, alpha: float) -> float:
    """Return the probability that is undercut with a confidence of only `alpha`."""
    if k <= 0:
        return 0.0
    return _where(lambda p: 1.0 - at_most(k - 1, n, p) >= alpha)


def _where(reached: Callable[[float], bool]) -> float:
    """Return the smallest p in [0, 1] at which `reached`, which turns true only once, is true."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def quantile_ranks(n: int, quantile: float, alpha: float) -> tuple[int | None, int | None]:
    """Return the ranks (from 1) of the sorted samples that bound the quantile from both sides.

    Each side errs with a probability of at most `alpha`; None where n samples cannot bound it.
    """
    below = list(accumulate(_exactly(i, n, quantile) for i in range(n)))
    low = max((rank for rank, p in enumerate(below, 1) if p <= alpha), default=None)
    high = min((rank for rank, p in enumerate(below, 1) if p >= 1 - alpha), default=None)
    return low, high
