"""Metrics as requests name them, and the rules for their statistics and periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.services.cloudwatch import statistic
from harness.services.cloudwatch.refusal import invalid_value
from harness.services.cloudwatch.statistic import Statistic
from harness.services.cloudwatch.store import Dimensions, Metric

_SHORT_PERIODS = (1, 5, 10, 20, 30)


def dimensions(members: Sequence[Mapping[str, str]]) -> Dimensions:
    """Return a request's list of Name and Value; their order means nothing."""
    return tuple(sorted((member["Name"], member["Value"]) for member in members))


def metric(members: Mapping[str, Any]) -> Metric:
    """Return the metric that members Namespace, MetricName and Dimensions name."""
    named = dimensions(members.get("Dimensions", ()))
    return Metric(members.get("Namespace", ""), members.get("MetricName", ""), named)


def described(found: Metric) -> dict[str, Any]:
    """Return a metric as answers have it."""
    return {
        "Namespace": found.namespace,
        "MetricName": found.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in found.dimensions],
    }


def checked_period(period: int) -> int:
    if period in _SHORT_PERIODS or (period > 0 and period % 60 == 0):
        return period
    message = "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60"
    raise invalid_value(message)


def checked_statistic(name: str) -> Statistic:
    found = statistic.parse(name)
    if found is None:
        raise invalid_value(f"The value {name} for parameter Stat is not supported.")
    return found
