"""The embedded metric format: log events that are metrics (aws-behaviour §9.3).

The event has to be one JSON object with nothing around it, so a line that a logger put a prefix to
is none. What breaks a rule is ignored as on AWS, the directive or the metric it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from harness.services.cloudwatch.distribution import Distribution
from harness.services.cloudwatch.store import Dimensions, Metric

_LARGEST_EVENT = 1024 * 1024
_MOST_METRICS, _MOST_DIMENSIONS, _MOST_VALUES, _LONGEST_VALUE = 100, 30, 100, 1024
_DAY = 86400
_UNITS = frozenset(
    ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"]
    + [f"{size}{rate}" for rate in ("", "/Second") for size in
       [f"{scale}{what}" for what in ("bytes", "bits")
        for scale in ("Kilo", "Mega", "Giga", "Tera")]
       + ["Bytes", "Bits"]]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Embedded:
    """The values of one metric in one log event; resolution: 60 or 1 second."""

    metric: Metric
    values: Distribution
    unit: str
    time: float
    resolution: int


def may_be_embedded(message: str) -> bool:
    """Return whether a look at a log event is worth it; that is all most of them cost."""
    return message.startswith("{") and '"_aws"' in message


def embedded(message: str, now: float) -> list[Embedded]:
    """Return the metrics in a log event, [] when there is none or the event breaks the format."""
    if len(message) > _LARGEST_EVENT:
        return []
    try:
        root = orjson.loads(message)
    except orjson.JSONDecodeError:
        return []
    metadata = root.get("_aws") if isinstance(root, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("CloudWatchMetrics"), list):
        return []
    time = _time(metadata.get("Timestamp"), now)
    if time is None:
        return []
    return [
        found
        for directive in metadata["CloudWatchMetrics"]
        if isinstance(directive, dict)
        for found in _of_directive(directive, root, time)
    ]


def _time(milliseconds: Any, now: float) -> float | None:
    """Return the seconds of a Timestamp within what AWS accepts, else None."""
    if not _is_number(milliseconds):
        return None
    time = float(milliseconds) / 1000
    return time if now - 14 * _DAY <= time <= now + 2 * 3600 else None


def _of_directive(
    directive: Mapping[str, Any], root: Mapping[str, Any], time: float
) -> Iterator[Embedded]:
    namespace, metrics = directive.get("Namespace"), directive.get("Metrics")
    if not isinstance(namespace, str) or not 0 < len(namespace) <= _LONGEST_VALUE:
        return
    if not isinstance(metrics, list) or len(metrics) > _MOST_METRICS:
        return
    dimensions = _dimension_sets(directive.get("Dimensions"), root)
    for definition in metrics if dimensions is not None else []:
        found = _definition(definition, root)
        if found is None:
            continue
        name, values, unit, resolution = found
        for named in dimensions or []:
            yield Embedded(Metric(namespace, name, named), values, unit, time, resolution)


def _dimension_sets(sets: Any, root: Mapping[str, Any]) -> list[Dimensions] | None:
    """Return the sets of dimensions, None when one of them breaks a rule."""
    if not isinstance(sets, list) or not sets:
        return None
    found: list[Dimensions] = []
    for names in sets:
        if not isinstance(names, list) or len(names) > _MOST_DIMENSIONS:
            return None
        named = [name for name in names if isinstance(name, str) and _is_dimension(root.get(name))]
        if len(named) < len(names):
            return None
        found.append(tuple((name, root[name]) for name in sorted(set(named))))
    return found


def _is_dimension(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_VALUE


def _definition(
    definition: Any, root: Mapping[str, Any]
) -> tuple[str, Distribution, str, int] | None:
    if not isinstance(definition, dict) or not isinstance(definition.get("Name"), str):
        return None
    name, unit = definition["Name"], definition.get("Unit", "None")
    resolution = definition.get("StorageResolution", 60)
    target: Any = root.get(name)
    values: list[Any] = target if isinstance(target, list) else [target]
    acceptable = 0 < len(values) <= _MOST_VALUES and all(map(_is_number, values))
    known = isinstance(unit, str) and unit in _UNITS and resolution in (1, 60)
    if not acceptable or not known:
        return None
    distribution = Distribution()
    for value in values:
        distribution.add(float(value))
    return name, distribution, unit, resolution


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 2**360
