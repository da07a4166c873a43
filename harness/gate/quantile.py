"""Quantiles of measured values, by nearest rank: always a value that was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable


def quantile(values: Iterable[float], q: float) -> float | None:
    """Return the q-quantile of `values`, None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = math.ceil(round(len(ordered) * q, 9))  # 0.07 * 100 is 7.000000000000001
    return ordered[max(1, rank) - 1]
