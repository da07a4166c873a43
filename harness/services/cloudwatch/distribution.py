"""The values of one metric in one stretch of time: their number, sum, extremes and distribution.

Percentiles need every value. Up to `LIMIT` different ones are kept exactly; beyond that they are
rounded to ever fewer binary digits, so memory is bounded and a percentile is off by a percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

LIMIT = 512
_EXACT = 53  # binary digits of a float


class Distribution:
    """values: how often each value occurred; empty while only statistic sets were added."""

    __slots__ = ("_digits", "complete", "count", "maximum", "minimum", "sum", "values")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.count = 0.0
        self.sum = 0.0
        self.minimum = math.inf
        self.maximum = -math.inf
        self.values: dict[float, float] = {}
        self.complete = True
        self._digits = _EXACT

    def add(self, value: float, count: float = 1) -> None:
        self._total(count, value * count, value, value)
        self._keep(value, count)

    def add_statistics(self, statistics: Mapping[str, float]) -> None:
        """Add a StatisticSet; the values behind it are unknown unless they are all the same."""
        count, low, high = (statistics[key] for key in ("SampleCount", "Minimum", "Maximum"))
        self._total(count, statistics["Sum"], low, high)
        if count == 1 or low == high:
            self._keep(low, count)
        else:
            self.complete = False

    def merge(self, other: Distribution) -> None:
        self._total(other.count, other.sum, other.minimum, other.maximum)
        self.complete = self.complete and other.complete
        self._digits = min(self._digits, other._digits)
        for value, count in other.values.items():
            self._keep(value, count)

    def _total(self, count: float, total: float, low: float, high: float) -> None:
        self.count += count
        self.sum += total
        self.minimum = min(self.minimum, low)
        self.maximum = max(self.maximum, high)

    def _keep(self, value: float, count: float) -> None:
        if self._digits < _EXACT:
            value = _rounded(value, self._digits)
        self.values[value] = self.values.get(value, 0) + count
        while len(self.values) > LIMIT:
            self._digits = 9 if self._digits == _EXACT else self._digits - 1
            self._coarsen()

    def _coarsen(self) -> None:
        coarse: dict[float, float] = {}
        for value, count in self.values.items():
            rounded = _rounded(value, self._digits)
            coarse[rounded] = coarse.get(rounded, 0) + count
        self.values = coarse


def _rounded(value: float, digits: int) -> float:
    fraction, exponent = math.frexp(value)
    scale = 2.0 ** max(digits, 0)
    return math.ldexp(round(fraction * scale) / scale, exponent)
