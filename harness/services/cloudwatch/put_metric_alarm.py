"""PutMetricAlarm's rules: a request becomes a definition, or AWS's error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.aws import ACCOUNT
from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.alarm import Definition
from harness.services.cloudwatch.math.parse import functions, names
from harness.services.cloudwatch.queries import ExpressionQuery, MetricQuery, Query, queries

_NOT_EMULATED = (
    "EvaluationCriteria", "EvaluationInterval", "WarmUpConfiguration", "ActionConfiguration",
    "ThresholdMetricId",
)  # fmt: skip
_OF_ONE_METRIC = (
    "MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic",
)  # fmt: skip
_OPERATORS = (
    "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)  # fmt: skip
_TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
_ALARM_PERIODS = (10, 20, 30)
_DAY = 86400
_WATCHED = "m1"


def definition(request: Mapping[str, Any], region: str) -> Definition:
    """Return what a request defines; raises `AwsError` where AWS refuses or we do not emulate."""
    for name in _NOT_EMULATED:
        if name in request:
            raise refusal.not_emulated(f"{name} of PutMetricAlarm")
    if "WallClockWindow" in request.get("EvaluationWindow", {}):
        raise refusal.not_emulated("WallClockWindow of PutMetricAlarm")
    _check_comparison(request)
    asked = _of_math(request) if "Metrics" in request else _of_one_metric(request)
    watched = next(query for query in asked if query.returned)
    period = _period(asked, watched)
    _check_length(request, period)
    arn = f"arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{request['AlarmName']}"
    return Definition(request["AlarmName"], arn, request, tuple(asked), watched.id, period)


def _check_comparison(request: Mapping[str, Any]) -> None:
    for name in ("ComparisonOperator", "EvaluationPeriods", "Threshold"):
        if name not in request:
            raise refusal.missing(f"The parameter {name} is required.")
    operator = request["ComparisonOperator"]
    if operator not in _OPERATORS:
        raise refusal.not_emulated(f"the comparison operator {operator} (anomaly detection)")
    _one_of(request, "TreatMissingData", _TREATMENTS)
    _one_of(request, "EvaluateLowSampleCountPercentile", ("evaluate", "ignore"))
    if request.get("DatapointsToAlarm", 1) > request["EvaluationPeriods"]:
        raise refusal.validation(
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods."
        )


def _one_of(request: Mapping[str, Any], name: str, values: tuple[str, ...]) -> None:
    value = request.get(name, values[0])
    if value not in values:
        message = f"The value {value} is not valid for parameter {name}. Valid values: "
        raise refusal.validation(message + ", ".join(values))


def _of_one_metric(request: Mapping[str, Any]) -> list[Query]:
    for name in ("MetricName", "Namespace", "Period"):
        if name not in request:
            raise refusal.missing(f"The parameter {name} is required.")
    statistics = [name for name in ("Statistic", "ExtendedStatistic") if name in request]
    if len(statistics) != 1:
        message = "Exactly one of the parameters Statistic and ExtendedStatistic must be specified."
        raise (refusal.invalid_combination if statistics else refusal.missing)(message)
    metric = {name: request[name] for name in _OF_ONE_METRIC[:3] if name in request}
    stat = {"Metric": metric, "Period": request["Period"], "Stat": request[statistics[0]]}
    unit = {"Unit": request["Unit"]} if "Unit" in request else {}
    return queries([{"Id": _WATCHED, "MetricStat": {**stat, **unit}}])


def _of_math(request: Mapping[str, Any]) -> list[Query]:
    both = [name for name in _OF_ONE_METRIC if name in request]
    if both:
        message = f"The parameter {both[0]} must not be specified together with Metrics."
        raise refusal.invalid_combination(message)
    asked = queries(request["Metrics"])
    if sum(query.returned for query in asked) != 1:
        raise refusal.validation("Exactly one element of the metrics list should return data.")
    known = {query.id for query in asked}
    for query in asked:
        if isinstance(query, ExpressionQuery):
            _check_expression(query, known)
    return asked


def _check_expression(query: ExpressionQuery, known: set[str]) -> None:
    if "SEARCH" in functions(query.tree):
        message = f"Error in expression '{query.id}': SEARCH is not supported in alarms."
        raise refusal.validation(message)
    if unknown := sorted(names(query.tree) - known):
        message = f"Error in expression '{query.id}': Unknown metric: {', '.join(unknown)}"
        raise refusal.validation(message)


def _period(asked: list[Query], watched: Query) -> int:
    periods = {query.period for query in asked if isinstance(query, MetricQuery)}
    if isinstance(watched, ExpressionQuery) and watched.period:
        periods.add(watched.period)
    if len(periods) != 1:
        raise refusal.validation("All metrics of an alarm must have the same Period.")
    (period,) = periods
    if period not in _ALARM_PERIODS and period % 60:
        message = "The parameter Period of an alarm must be 10, 20, 30 or a multiple of 60."
        raise refusal.invalid_value(message)
    return period


def _check_length(request: Mapping[str, Any], period: int) -> None:
    seconds, longest = request["EvaluationPeriods"] * period, _DAY if period < 3600 else 7 * _DAY
    if seconds > longest:
        span = "a day" if longest == _DAY else "seven days"
        raise refusal.validation(
            f"Metrics cannot be checked across more than {span} "
            f"(EvaluationPeriods * Period must be <= {longest})."
        )
