"""GetMetricStatistics: statistics of one metric, by periods counted from the start time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.distribution import Distribution
from harness.services.cloudwatch.metric import checked_period, checked_statistic, metric
from harness.services.cloudwatch.store import MetricStore

_MOST_POINTS = 1440


def get_metric_statistics(request: Mapping[str, Any], store: MetricStore) -> dict[str, Any]:
    """Return the points of a request, unordered on AWS and in order of time here."""
    period = checked_period(request["Period"])
    start, end = _range(request, period)
    asked, unit = metric(request), request.get("Unit", "")
    _check(request)
    points = [
        _point(request, time, found, own_unit)
        for own_unit in store.units(asked)
        if unit in ("", own_unit)
        for time, found in store.read(asked, start, end, period, own_unit).items()
    ]
    return {"Label": asked.name, "Datapoints": sorted(points, key=lambda one: one["Timestamp"])}


def _range(request: Mapping[str, Any], period: int) -> tuple[int, int]:
    """Return start and end, the start rounded down to the minute, or to a shorter period."""
    start, end = request["StartTime"], request["EndTime"]
    if start >= end:
        raise refusal.invalid_value(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    step = min(period, 60)
    rounded, last = int(start // step * step), int(-(-end // 1))
    if (points := -(-(last - rounded) // period)) > _MOST_POINTS:
        raise refusal.invalid_combination(
            f"You have requested up to {points:,} datapoints, which exceeds the limit of "
            f"{_MOST_POINTS:,}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range."
        )
    return rounded, last


def _check(request: Mapping[str, Any]) -> None:
    if not request.get("Statistics") and not request.get("ExtendedStatistics"):
        raise refusal.invalid_combination("Must specify either Statistics or ExtendedStatistics")
    for name in request.get("ExtendedStatistics", ()):
        checked_statistic(name)


def _point(request: Mapping[str, Any], time: int, found: Distribution, unit: str) -> dict[str, Any]:
    point: dict[str, Any] = {"Timestamp": float(time), "Unit": unit}
    for name in request.get("Statistics", ()):
        point[name] = checked_statistic(name)(found)
    extended = {
        name: checked_statistic(name)(found) for name in request.get("ExtendedStatistics", ())
    }
    known = {name: value for name, value in extended.items() if value is not None}
    return {**point, "ExtendedStatistics": known} if known else point
