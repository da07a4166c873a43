"""GetMetricData: metrics and expressions over a range of time, in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.computation import Computation
from harness.services.cloudwatch.math.series import TimeSeries
from harness.services.cloudwatch.page import position, token
from harness.services.cloudwatch.queries import queries
from harness.services.cloudwatch.store import MetricStore

_MOST_QUERIES, _MOST_POINTS = 500, 100_800
_DAY = 86400
_KEPT_S = ((3600, 455 * _DAY), (300, 63 * _DAY), (60, 15 * _DAY), (1, 3 * 3600))
_FUTURE_S = 3 * 3600  # points are accepted up to two hours ahead


def get_metric_data(request: Mapping[str, Any], store: MetricStore, now: float) -> dict[str, Any]:
    """Return a page of the results; periods begin at multiples of their length."""
    if request["StartTime"] >= request["EndTime"]:
        message = "The parameter StartTime must be less than the parameter EndTime."
        raise refusal.validation(message)
    if len(request["MetricDataQueries"]) > _MOST_QUERIES:
        message = (
            f"The collection MetricDataQueries must not have more than {_MOST_QUERIES} members."
        )
        raise refusal.validation(message)
    asked = queries(request["MetricDataQueries"])
    if asked and all(not query.returned for query in asked):
        raise refusal.validation("At least one of the queries must have ReturnData set to true.")
    computation = Computation(asked, store, *_range(request, now))
    results = [
        (query.id, series)
        for query in asked
        if query.returned
        for series in computation.series(query)
    ]
    ascending = request.get("ScanBy") == "TimestampAscending"
    return _page(results, request, ascending=ascending)


def _range(request: Mapping[str, Any], now: float) -> tuple[Callable[[int], int], int]:
    """Return where periods of a length begin and the end: not beyond what AWS keeps."""
    start, end = request["StartTime"], min(request["EndTime"], now + _FUTURE_S)

    def first(period: int) -> int:
        kept = next(seconds for shortest, seconds in _KEPT_S if period >= shortest)
        return int(max(start, min(now, end) - kept) // period * period)

    return first, int(-(-end // 1))


def _page(
    results: list[tuple[str, TimeSeries]], request: Mapping[str, Any], *, ascending: bool
) -> dict[str, Any]:
    first = position(request.get("NextToken"), "GetMetricData")
    most = min(request.get("MaxDatapoints", _MOST_POINTS), _MOST_POINTS)
    passed, shown = 0, []
    for identifier, series in results:
        times = sorted(series.values, reverse=not ascending)
        mine = times[max(0, first - passed) : max(0, first + most - passed)]
        passed += len(times)
        if mine or (not times and not first):
            complete = passed <= first + most
            shown.append(_result(identifier, series, mine, complete=complete))
    following = token("GetMetricData", first + most) if passed > first + most else None
    return {"MetricDataResults": shown, "NextToken": following, "Messages": []}


def _result(
    identifier: str, series: TimeSeries, times: list[int], *, complete: bool
) -> dict[str, Any]:
    return {
        "Id": identifier,
        "Label": series.label,
        "Timestamps": [float(time) for time in times],
        "Values": [series.values[time] for time in times],
        "StatusCode": "Complete" if complete else "PartialData",
    }
