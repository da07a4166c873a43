"""The values of a set of queries over one range of time, each computed once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from harness.services.cloudwatch import search
from harness.services.cloudwatch.math.evaluate import Surroundings, as_series, evaluate
from harness.services.cloudwatch.math.parse import functions, names
from harness.services.cloudwatch.math.series import ExpressionError, TimeSeries, Value
from harness.services.cloudwatch.metric import checked_period, checked_statistic
from harness.services.cloudwatch.queries import ExpressionQuery, MetricQuery, Query
from harness.services.cloudwatch.statistic import Statistic
from harness.services.cloudwatch.store import Metric, MetricStore

Start = Callable[[int], int]


class Computation:
    """start: from a period to the second at which its first one begins; end: exclusive."""

    def __init__(
        self, queries: Sequence[Query], store: MetricStore, start: Start, end: int
    ) -> None:
        self._queries = {query.id: query for query in queries}
        self._store = store
        self._start = start
        self._end = end
        self._known: dict[str, Value] = {}
        self._under_way: set[str] = set()

    def series(self, query: Query) -> list[TimeSeries]:
        """Return what a query answers; raises `ExpressionError` named after the query."""
        try:
            return as_series(self._value(query.id))
        except ExpressionError as error:
            raise error.of(query.id) from None

    def _value(self, identifier: str) -> Value:
        if identifier not in self._known:
            if identifier in self._under_way:
                raise ExpressionError(f"{identifier} refers to itself")
            self._under_way.add(identifier)
            query = self._queries[identifier]
            if isinstance(query, MetricQuery):
                self._known[identifier] = self._metric(query)
            else:
                self._known[identifier] = self._expression(query)
        return self._known[identifier]

    def _metric(self, query: MetricQuery) -> TimeSeries:
        label = query.label or query.metric.name
        return self._read(query.metric, query.statistic, query.period, query.unit, label)

    def _read(
        self, metric: Metric, statistic: Statistic, period: int, unit: str, label: str
    ) -> TimeSeries:
        start = self._start(period)
        found = self._store.read(metric, start, self._end, period, unit)
        values = {time: statistic(point) for time, point in found.items()}
        known = {time: value for time, value in values.items() if value is not None}
        return TimeSeries(known, label, period, start, self._end)

    def _expression(self, query: ExpressionQuery) -> Value:
        wanted = {name for name in names(query.tree) if name in self._queries}
        named = {name: self._value(name) for name in sorted(wanted)}
        metrics: dict[str, TimeSeries] = {}
        if "METRICS" in functions(query.tree):
            for name, other in self._queries.items():
                if isinstance(other, MetricQuery):
                    metrics[name] = as_series(self._value(name))[0]
        period = query.period or _period([*named.values(), *metrics.values()])
        frame = TimeSeries({}, query.id, period, self._start(period), self._end)
        value = evaluate(query.tree, Surroundings(named, metrics, frame, self._search))
        return self._labelled(value, query)

    def _labelled(self, value: Value, query: ExpressionQuery) -> Value:
        """Name a single series after its query; those of a list keep their metrics' names."""
        if isinstance(value, TimeSeries):
            label = query.label or query.id
            return TimeSeries(value.values, label, value.period, value.start, value.end)
        return value

    def _search(self, text: str, stat: str, period: int) -> list[TimeSeries]:
        fits = search.parse(text)
        statistic, period = checked_statistic(stat), checked_period(period)
        found = sorted(metric for metric, _ in self._store.metrics() if fits(metric))
        return [self._read(one, statistic, period, "", _label(one)) for one in found]


def _label(metric: Metric) -> str:
    return " ".join([*(value for _, value in metric.dimensions), metric.name])


def _period(values: Sequence[Value]) -> int:
    """Return the period that all series share, 60 seconds without any."""
    periods = [
        series.period
        for value in values
        if isinstance(value, (TimeSeries, list))
        for series in as_series(value)
    ]
    return math.lcm(*periods) if periods else 60
