"""Metric filters: a pattern on the events of a group, and the metric that a match becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import AwsError
from harness.services.cloudwatch.store import Metric, MetricStore
from harness.services.logs.page import page
from harness.services.logs.patterns.pattern import Match, Values, compile_pattern
from harness.services.logs.patterns.properties import select
from harness.services.logs.patterns.value import number

_NOT_EMULATED = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions")


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """request: as PutMetricFilter gave it; created: ms since the epoch."""

    request: Mapping[str, Any]
    match: Match
    created: int

    def observe(self, time: float, message: str, store: MetricStore) -> None:
        """Add to each metric what one log event of `time` (seconds) means to it."""
        values = self.match(message)
        for transformation in self.request["metricTransformations"]:
            if values is None:
                value = transformation.get("defaultValue")
            else:
                value = _value(transformation["metricValue"], values, message)
            if value is not None:
                metric = _metric(transformation, values, message)
                store.add(metric, value, transformation.get("unit", "None"), time)

    def described(self) -> dict[str, Any]:
        return {**self.request, "creationTime": self.created}


def _metric(transformation: Mapping[str, Any], values: Values | None, message: str) -> Metric:
    named = []
    for name, selector in transformation.get("dimensions", {}).items():
        value = None if values is None else _selected(selector, values, message)
        if value:
            named.append((name, value))
    dimensions = tuple(sorted(named))
    return Metric(transformation["metricNamespace"], transformation["metricName"], dimensions)


def _value(given: str, values: Values, message: str) -> float | None:
    return number(_selected(given, values, message) if given.startswith("$") else given)


def _selected(selector: str, values: Values, message: str) -> str | None:
    if selector in values:
        return values[selector]
    return select(message, selector) if selector.startswith("$.") else None


class MetricFilters:
    """Every filter by its group and name."""

    def __init__(self) -> None:
        self._filters: dict[str, dict[str, MetricFilter]] = {}

    def of(self, group: str) -> Sequence[MetricFilter]:
        return list(self._filters[group].values()) if group in self._filters else ()

    def put(self, request: Mapping[str, Any], now_ms: int) -> None:
        """Create or replace a filter; raises `AwsError` for what AWS refuses."""
        for name in _NOT_EMULATED:
            if request.get(name):
                message = f"{name} of PutMetricFilter is not emulated here (docs/services/logs.md)"
                raise AwsError("NotImplemented", message, 501)
        match = compile_pattern(request["filterPattern"])
        for transformation in request["metricTransformations"]:
            _check(transformation)
        found = MetricFilter(request, match, now_ms)
        self._filters.setdefault(request["logGroupName"], {})[request["filterName"]] = found

    def delete(self, group: str, name: str) -> None:
        if self._filters.get(group, {}).pop(name, None) is None:
            message = "The specified metric filter does not exist."
            raise AwsError("ResourceNotFoundException", message)

    def forget(self, group: str) -> None:
        self._filters.pop(group, None)

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        found = [
            one.described()
            for group in sorted(self._filters)
            for _, one in sorted(self._filters[group].items())
            if _asked_for(one.request, request)
        ]
        size = request.get("limit", 50)
        shown, token = page(found, request.get("nextToken"), size)
        return {"metricFilters": shown, "nextToken": token}


def _check(transformation: Mapping[str, Any]) -> None:
    value = transformation["metricValue"]
    if not value.startswith("$") and number(value) is None:
        raise AwsError("InvalidParameterException", f"Invalid metricValue: {value}")
    if transformation["metricNamespace"].startswith("AWS/"):
        raise AwsError("InvalidParameterException", "metricNamespace must not begin with AWS/")
    if "dimensions" in transformation and "defaultValue" in transformation:
        message = (
            "Invalid metric transformation: dimensions and default value are mutually exclusive "
            "properties."
        )
        raise AwsError("InvalidParameterException", message)


def _asked_for(own: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    metrics = {(one["metricNamespace"], one["metricName"]) for one in own["metricTransformations"]}
    wanted = (request.get("metricNamespace"), request.get("metricName"))
    return (
        request.get("logGroupName", own["logGroupName"]) == own["logGroupName"]
        and own["filterName"].startswith(request.get("filterNamePrefix", ""))
        and (wanted == (None, None) or wanted in metrics)
    )
