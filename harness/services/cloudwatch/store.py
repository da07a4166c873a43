"""Every metric's data points in memory: one distribution for each minute (or second) and unit.

Bounded: once all distributions together hold `LIMIT` values, the oldest ones written are dropped.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.services.cloudwatch.distribution import Distribution

LIMIT = 400_000
MINUTE = 60
Dimensions = tuple[tuple[str, str], ...]


class Metric(NamedTuple):
    """What identifies a metric; dimensions are sorted by name."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


@dataclass(slots=True)
class Series:
    """points: by unit, then by the second at which the stretch of time begins.

    written: when it got its latest point, by the clock and not by the point's own time.
    """

    points: dict[str, dict[int, Distribution]] = field(default_factory=dict)
    written: float = 0.0


class MetricStore:
    """limit: how many values are held altogether."""

    def __init__(self, now: Callable[[], float], limit: int = LIMIT) -> None:
        self._now = now
        self._limit = limit
        self._changed: Callable[[Metric, float], None] = lambda _metric, _time: None
        self._series: dict[Metric, Series] = {}
        self._order: deque[tuple[Metric, str, int]] = deque()
        self._held = 0

    def follow(self, changed: Callable[[Metric, float], None]) -> None:
        """Call `changed(metric, time)` for every point added, `time` being the point's own."""
        self._changed = changed

    def add(self, metric: Metric, value: float, unit: str, time: float, count: float = 1) -> None:
        """Add a value `count` times at the resolution of a minute."""
        point = self._point(metric, unit, time, MINUTE)
        before = len(point.values)
        point.add(value, count)
        self._grown(metric, time, len(point.values) - before)

    def set(self, metric: Metric, value: float, unit: str, time: float) -> None:
        """Let `value` be the only one of its minute: a level that was measured, not counted."""
        point = self._point(metric, unit, time, MINUTE)
        before = len(point.values)
        point.clear()
        point.add(value)
        self._grown(metric, time, len(point.values) - before)

    def add_distribution(
        self, metric: Metric, more: Distribution, unit: str, time: float, resolution: int = MINUTE
    ) -> None:
        """Add many values at once; resolution: 60 or 1 second."""
        point = self._point(metric, unit, time, resolution)
        before = len(point.values)
        point.merge(more)
        self._grown(metric, time, len(point.values) - before)

    def metrics(self) -> Iterator[tuple[Metric, float]]:
        """Yield every metric with the time of its last point's arrival."""
        for metric, series in self._series.items():
            yield metric, series.written

    def read(
        self, metric: Metric, start: int, end: int, period: int, unit: str = ""
    ) -> dict[int, Distribution]:
        """Return what lies in [start, end), by the beginning of each period counted from `start`.

        Of one unit where one is given, of all together otherwise.
        """
        found: dict[int, Distribution] = defaultdict(Distribution)
        series = self._series.get(metric)
        if series is None:
            return {}
        for own_unit, points in series.points.items():
            if unit in ("", own_unit):
                for second, point in points.items():
                    if start <= second < end:
                        found[start + (second - start) // period * period].merge(point)
        return dict(sorted(found.items()))

    def units(self, metric: Metric) -> list[str]:
        """Return the units a metric was given in."""
        series = self._series.get(metric)
        return list(series.points) if series else []

    def _point(self, metric: Metric, unit: str, time: float, resolution: int) -> Distribution:
        second = int(time // resolution * resolution)
        series = self._series.get(metric)
        if series is None:
            series = self._series[metric] = Series()
        points = series.points.setdefault(unit, {})
        if second not in points:
            points[second] = Distribution()
            self._order.append((metric, unit, second))
            self._held += 1
        series.written = self._now()
        return points[second]

    def _grown(self, metric: Metric, time: float, by: int) -> None:
        self._held += by
        while self._held > self._limit and len(self._order) > 1:
            self._drop(*self._order.popleft())
        self._changed(metric, time)

    def _drop(self, metric: Metric, unit: str, second: int) -> None:
        series = self._series[metric]
        self._held -= 1 + len(series.points[unit].pop(second).values)
        if not series.points[unit]:
            del series.points[unit]
        if not series.points:
            del self._series[metric]
