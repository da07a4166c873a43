"""What a request may set on a mapping, checked with AWS's words (aws-behaviour §6.2); pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from harness.errors import AwsError
from harness.services.event_source_mapping import pattern

USER = {"Type": "User"}
_MOST_FILTERS = 10
_LONGEST_PATTERN = 4096
_FIFO_BATCH = 10
_UNWINDOWED_BATCH = 10
_RESPONSE_TYPES = ("ReportBatchItemFailures",)
_STARTING_POSITIONS = ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON")
# Of streams, Kafka, MQ and DocumentDB.
_NOT_FOR_SQS = (
    "StartingPosition",
    "StartingPositionTimestamp",
    "ParallelizationFactor",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
)
_METRICS = ("EventCount",)
_NOT_EMULATED = (
    "ProvisionedPollerConfig",
    "KMSKeyArn",
    "LoggingConfig",
    "Tags",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """window_s: MaximumBatchingWindowInSeconds. filters: patterns as given, and decoded.

    counted: whether metrics are published.
    """

    batch_size: int = 10
    window_s: int = 0
    maximum_concurrency: int | None = None
    partial_responses: bool = False
    filters: tuple[str, ...] = ()
    patterns: tuple[Mapping[str, Any], ...] = ()
    counted: bool = False


def changed(settings: Settings, request: Mapping[str, Any], *, fifo: bool) -> Settings:
    """Return `settings` with what a Create or Update sets; raises `AwsError` as Lambda does."""
    _refuse_foreign(request)
    made = settings
    if (size := _integer(request, "BatchSize", 1, 10_000)) is not None:
        made = replace(made, batch_size=size)
    if (window := _integer(request, "MaximumBatchingWindowInSeconds", 0, 300)) is not None:
        made = replace(made, window_s=window)
    if (scaling := _structure(request, "ScalingConfig")) is not None:
        concurrency = _integer(scaling, "MaximumConcurrency", 2, 1000, "scalingConfig.")
        made = replace(made, maximum_concurrency=concurrency)
    if request.get("FunctionResponseTypes") is not None:
        kinds = request["FunctionResponseTypes"]
        chosen = _chosen(kinds, _RESPONSE_TYPES, "FunctionResponseTypes")
        made = replace(made, partial_responses=chosen)
    if (metrics := _structure(request, "MetricsConfig")) is not None:
        chosen = _chosen(metrics.get("Metrics") or [], _METRICS, "Metrics", "metricsConfig.")
        made = replace(made, counted=chosen)
    if (criteria := _structure(request, "FilterCriteria")) is not None:
        filters = _filters(criteria)
        made = replace(made, filters=tuple(filters), patterns=tuple(filters.values()))
    _check_batch(made, fifo=fifo)
    return made


def described(settings: Settings) -> dict[str, Any]:
    """Return the settings as the API shows them."""
    shown: dict[str, Any] = {
        "BatchSize": settings.batch_size,
        "MaximumBatchingWindowInSeconds": settings.window_s,
        "FunctionResponseTypes": list(_RESPONSE_TYPES) if settings.partial_responses else [],
    }
    if settings.maximum_concurrency is not None:
        shown["ScalingConfig"] = {"MaximumConcurrency": settings.maximum_concurrency}
    if settings.counted:
        shown["MetricsConfig"] = {"Metrics": list(_METRICS)}
    if settings.filters:
        shown["FilterCriteria"] = {"Filters": [{"Pattern": text} for text in settings.filters]}
    return shown


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, 400, USER)


def constraint(value: object, member: str, rule: str) -> AwsError:
    """Return the error of a value that the API's model does not allow."""
    shown = "null" if value is None else f"'{value}'"
    message = (
        f"1 validation error detected: Value {shown} at '{member}' failed to satisfy "
        f"constraint: Member must {rule}"
    )
    return AwsError("ValidationException", message, 400)


def malformed(message: str) -> AwsError:
    """Return the error of a value that has another type than the API's model says."""
    return AwsError("SerializationException", message, 400, USER)


def _refuse_foreign(request: Mapping[str, Any]) -> None:
    position = request.get("StartingPosition")
    if position is not None and position not in _STARTING_POSITIONS:
        rule = f"satisfy enum value set: [{', '.join(_STARTING_POSITIONS)}]"
        raise constraint(position, "startingPosition", rule)
    for member in _NOT_FOR_SQS:
        if request.get(member) is not None:
            raise invalid(f"{member} is not valid for SQS event sources.")
    for member in _NOT_EMULATED:
        if request.get(member):
            message = f"{member} is not emulated here (docs/services/event_source_mapping.md)"
            raise AwsError("NotImplemented", message, 501, USER)


def _check_batch(settings: Settings, *, fifo: bool) -> None:
    if fifo and settings.window_s:
        raise invalid("Batching window is not supported for FIFO queues")
    if fifo and settings.batch_size > _FIFO_BATCH:
        raise invalid(f"Batch size must be less than or equal to {_FIFO_BATCH} for FIFO queues")
    if settings.batch_size > _UNWINDOWED_BATCH and not settings.window_s:
        raise invalid(
            "Maximum batch window in seconds must be greater than 0 "
            "if maximum batch size is greater than 10"
        )


def _integer(
    request: Mapping[str, Any], name: str, least: int, most: int, within: str = ""
) -> int | None:
    value = request.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise malformed(f"{type(value).__name__} can not be converted to an Integer")
    member = f"{within}{name[0].lower()}{name[1:]}"
    if value < least:
        raise constraint(value, member, f"have value greater than or equal to {least}")
    if value > most:
        raise constraint(value, member, f"have value less than or equal to {most}")
    return value


def _structure(request: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = request.get(name)
    if value is not None and not isinstance(value, dict):
        raise malformed(f"{name} is not a structure")
    return value


def _chosen(value: object, kinds: tuple[str, ...], name: str, within: str = "") -> bool:
    """Tell whether a list holds the one kind there is, rather than nothing."""
    if not isinstance(value, list):
        raise malformed(f"{name} is not a list")
    member = f"{within}{name[0].lower()}{name[1:]}"
    if len(value) > 1:
        raise constraint(value, member, "have length less than or equal to 1")
    for kind in value:
        if kind not in kinds:
            rule = f"satisfy constraint: [Member must satisfy enum value set: {kinds[0]}]"
            raise constraint(value, member, rule)
    return bool(value)


def _filters(criteria: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the decoded patterns by their text."""
    listed = criteria.get("Filters") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise malformed("FilterCriteria.Filters is not a list of structures")
    if len(listed) > _MOST_FILTERS:
        raise invalid(f"FilterCriteria has more than {_MOST_FILTERS} filters")
    return {text: _pattern(text) for text in (one.get("Pattern", "") for one in listed)}


def _pattern(text: object) -> Mapping[str, Any]:
    if not isinstance(text, str):
        raise malformed("Pattern is not a string")
    if len(text) > _LONGEST_PATTERN:
        rule = f"have length less than or equal to {_LONGEST_PATTERN}"
        raise constraint(text, "filterCriteria.filters.1.member.pattern", rule)
    try:
        decoded = orjson.loads(text)
    except orjson.JSONDecodeError:
        decoded = None
    if not pattern.valid(decoded):
        raise invalid("Invalid filter pattern definition.")
    filters: Mapping[str, Any] = decoded
    return filters
