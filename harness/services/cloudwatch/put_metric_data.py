"""PutMetricData: what a client publishes becomes points of the store."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.distribution import Distribution
from harness.services.cloudwatch.metric import dimensions
from harness.services.cloudwatch.store import Metric, MetricStore

_MOST_DATA, _MOST_VALUES, _MOST_DIMENSIONS = 1000, 150, 30
_LARGEST = 2.0**360
_DAY = 86400
_KINDS = ("Value", "Values", "StatisticValues")


def put_metric_data(request: Mapping[str, Any], store: MetricStore, now: float) -> dict[str, Any]:
    """Store the data of a request, all or nothing; raises `AwsError` when one is not acceptable."""
    data = list(_data(request))
    if len(data) > _MOST_DATA:
        message = f"The collection MetricData must not have a size greater than {_MOST_DATA}."
        raise refusal.invalid_value(message)
    for number, datum in enumerate(data, start=1):
        _check(datum, f"MetricData.member.{number}", now)
    for datum in data:
        _keep(request["Namespace"], datum, store, now)
    return {}


def _data(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the data with and without an entity; entities themselves are not kept."""
    if "MetricData" not in request and "EntityMetricData" not in request:
        raise refusal.missing("The parameter MetricData is required.")
    yield from request.get("MetricData", ())
    for entity in request.get("EntityMetricData", ()):
        yield from entity.get("MetricData", ())


def _check(datum: Mapping[str, Any], where: str, now: float) -> None:
    kinds = [kind for kind in _KINDS if kind in datum]
    if not kinds:
        message = f"At least one of the parameters {where}.Value, .Values, .StatisticValues is"
        raise refusal.missing(f"{message} required.")
    if len(kinds) > 1:
        first, second = (f"{where}.{kind}" for kind in kinds[:2])
        raise refusal.invalid_combination(
            f"The parameters {first} and {second} are mutually exclusive and you have specified "
            "both."
        )
    _check_numbers(datum, where)
    if len(datum.get("Dimensions", ())) > _MOST_DIMENSIONS:
        message = f"{where}.Dimensions must not have a size greater than {_MOST_DIMENSIONS}."
        raise refusal.invalid_value(f"The collection {message}")
    if datum.get("StorageResolution", 60) not in (1, 60):
        raise refusal.invalid_value(f"The parameter {where}.StorageResolution must be 1 or 60.")
    age = now - datum.get("Timestamp", now)
    if age > 14 * _DAY or age < -2 * 3600:
        side = "within the past two weeks" if age > 0 else "no more than two hours in the future"
        raise refusal.invalid_value(f"The parameter {where}.Timestamp must specify a time {side}.")


def _check_numbers(datum: Mapping[str, Any], where: str) -> None:
    values, counts = datum.get("Values", []), datum.get("Counts")
    if len(values) > _MOST_VALUES:
        message = f"{where}.Values must not have a size greater than {_MOST_VALUES}."
        raise refusal.invalid_value(f"The collection {message}")
    if counts is not None and len(counts) != len(values):
        message = f"The parameters {where}.Values and {where}.Counts must be of the same size."
        raise refusal.invalid_value(message)
    if any(not 0 < count < math.inf for count in counts or ()):
        raise refusal.invalid_value(f"The values of {where}.Counts must be greater than 0.")
    numbers = [datum["Value"]] if "Value" in datum else values
    statistics = datum.get("StatisticValues", {})
    for number in [*numbers, *statistics.values()]:
        if not abs(number) <= _LARGEST:
            shown = "NaN" if math.isnan(number) else f"{number:g}"
            kind = next(kind for kind in _KINDS if kind in datum)
            raise refusal.invalid_value(
                f"The value {shown} for parameter {where}.{kind} is invalid."
            )
    if statistics and statistics["SampleCount"] <= 0:
        message = f"{where}.StatisticValues.SampleCount must be greater than 0."
        raise refusal.invalid_value(f"The parameter {message}")


def _keep(namespace: str, datum: Mapping[str, Any], store: MetricStore, now: float) -> None:
    metric = Metric(namespace, datum["MetricName"], dimensions(datum.get("Dimensions", ())))
    time, unit = datum.get("Timestamp", now), datum.get("Unit", "None")
    resolution = datum.get("StorageResolution", 60)
    store.add_distribution(metric, _distribution(datum), unit, time, resolution)


def _distribution(datum: Mapping[str, Any]) -> Distribution:
    found = Distribution()
    if "StatisticValues" in datum:
        found.add_statistics(datum["StatisticValues"])
        return found
    values = [datum["Value"]] if "Value" in datum else datum["Values"]
    counts = datum.get("Counts", [1.0] * len(values))
    for value, count in zip(values, counts, strict=True):
        found.add(value, count)
    return found
