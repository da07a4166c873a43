"""Statistics by AWS's names: Sum, Average, p99.9, tm(10%:90%), IQM, … (pure).

A percentile is the smallest value that at least so many percent of all values do not exceed.
Trimmed statistics cut by rank where percents are given and by value otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from harness.services.cloudwatch.distribution import Distribution

Statistic = Callable[[Distribution], float | None]

PLAIN: dict[str, Statistic] = {
    "SampleCount": lambda found: found.count,
    "Average": lambda found: found.sum / found.count if found.count else None,
    "Sum": lambda found: found.sum,
    "Minimum": lambda found: found.minimum,
    "Maximum": lambda found: found.maximum,
}
_NUMBER = r"\d{1,3}(?:\.\d{1,10})?"
_PERCENTILE = re.compile(rf"p({_NUMBER})", re.IGNORECASE)
_SHORT = re.compile(rf"(tm|wm|tc|ts)({_NUMBER})", re.IGNORECASE)
_BOUND = r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)?"
_LONG = re.compile(rf"(tm|wm|tc|ts|pr)\({_BOUND}(%?):{_BOUND}(%?)\)", re.IGNORECASE)


def parse(name: str) -> Statistic | None:
    """Return the statistic called `name`, None when there is none of that name."""
    if name in PLAIN:
        return PLAIN[name]
    if found := _PERCENTILE.fullmatch(name):
        return _percentile(float(found[1]))
    if name.upper() == "IQM":
        return Trimmed("tm", 25.0, 75.0, percent=True)
    if found := _SHORT.fullmatch(name):
        upper = float(found[2])
        return Trimmed(found[1].lower(), 0.0, upper, percent=True) if upper <= 100 else None
    if found := _LONG.fullmatch(name):
        return _trimmed(*found.groups())
    return None


def is_percentile(name: str) -> bool:
    return bool(_PERCENTILE.fullmatch(name))


def _percentile(percent: float) -> Statistic | None:
    if percent > 100:
        return None
    return lambda found: percentile(found, percent)


def percentile(found: Distribution, percent: float) -> float | None:
    """Return a percentile, None where only statistic sets are known."""
    if not found.complete or not found.values:
        return None
    values = sorted(found.values)
    wanted = found.count * percent / 100
    totals = accumulate(found.values[value] for value in values)
    reached = (value for value, total in zip(values, totals, strict=True) if total >= wanted - 1e-9)
    return next(reached, values[-1])


def _trimmed(
    kind: str, low: str | None, low_unit: str, high: str | None, high_unit: str
) -> Statistic | None:
    units = {unit for bound, unit in ((low, low_unit), (high, high_unit)) if bound is not None}
    if len(units) != 1:
        return None  # neither bound is given, or one in percent and the other one not
    percent = units == {"%"}
    lower = float(low) if low is not None else (0.0 if percent else float("-inf"))
    upper = float(high) if high is not None else (100.0 if percent else float("inf"))
    kind = kind.lower()
    if lower > upper or (percent and (kind == "pr" or not 0 <= lower <= upper <= 100)):
        return None
    return Trimmed(kind, lower, upper, percent=percent)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A statistic of the values above `low` and up to `high`.

    kind: tm (mean), wm (mean with the outer values moved to the bounds), tc (count), ts (sum),
    pr (percentage of all values that lie within).
    """

    kind: str
    low: float
    high: float
    percent: bool

    def __call__(self, found: Distribution) -> float | None:
        if not found.complete or not found.values:
            return None
        inner = self._inner(found)
        count = sum(weight for _, weight in inner)
        total = sum(value * weight for value, weight in inner)
        if self.kind == "tc":
            return count
        if self.kind == "ts":
            return total
        if self.kind == "pr":
            return 100 * count / found.count
        if not count:
            return None
        if self.kind == "tm":
            return total / count
        return self._winsorized(found, inner, total)

    def _inner(self, found: Distribution) -> list[tuple[float, float]]:
        if not self.percent:
            return [(v, n) for v, n in sorted(found.values.items()) if self.low < v <= self.high]
        first, last = (found.count * bound / 100 for bound in (self.low, self.high))
        inner, passed = [], 0.0
        for value, count in sorted(found.values.items()):
            weight = min(passed + count, last) - max(passed, first)
            passed += count
            if weight > 1e-9:
                inner.append((value, weight))
        return inner

    def _winsorized(
        self, found: Distribution, inner: list[tuple[float, float]], total: float
    ) -> float:
        if self.percent:
            below = found.count * self.low / 100
            above = found.count * (100 - self.high) / 100
            bottom, top = inner[0][0], inner[-1][0]
        else:
            below = sum(n for value, n in found.values.items() if value <= self.low)
            above = sum(n for value, n in found.values.items() if value > self.high)
            bottom, top = self.low, self.high
        outer = (below * bottom if below else 0.0) + (above * top if above else 0.0)
        return (total + outer) / found.count
