"""AWS's sentences for the state of an alarm, and the data that goes with them (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from harness.services.cloudwatch.decision import ALARM, INSUFFICIENT_DATA

_WORDS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
_TREATED = {"breaching": "[Breaching]", "notBreaching": "[NonBreaching]", "ignore": "[Ignore]"}


@dataclass(frozen=True, slots=True)
class Point:
    """One period of an evaluation; value: None when there was no data."""

    time: int
    value: float | None
    samples: float | None = None
    breaching: bool | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the points were compared with; to_alarm: None where DatapointsToAlarm is not set."""

    operator: str
    threshold: float
    periods: int
    to_alarm: int | None
    treatment: str


def offset_time(time: float) -> str:
    """Return a time as alarms write it: milliseconds and +0000."""
    moment = datetime.fromtimestamp(time, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def reason(state: str, used: Sequence[Point], comparison: Comparison) -> str:
    """Return StateReason; used: the points that decided, oldest first."""
    missing = comparison.periods - len(used)
    if state == INSUFFICIENT_DATA:
        was = "datapoint was" if missing == 1 else "datapoints were"
        return f"Insufficient Data: {missing} {was} unknown."
    treated = _treated(missing, comparison.treatment)
    if not used:
        periods = "period" if missing == 1 else "periods"
        return f"Threshold Crossed: no datapoints were received for {missing} {periods}{treated}."
    shown = [point for point in used if point.breaching is (state == ALARM)] or list(used)
    words = "" if state == ALARM else "not "
    crossed = f"{words}{_WORDS[comparison.operator]} the threshold ({comparison.threshold})"
    return (
        f"Threshold Crossed: {_counted(shown, comparison)} [{_listed(shown)}] "
        f"{'was' if len(shown) == 1 else 'were'} {crossed}{treated}{_minimum(state, comparison)}."
    )


def _counted(shown: Sequence[Point], comparison: Comparison) -> str:
    number = len(shown)
    if comparison.to_alarm is not None:
        return f"{number} out of the last {comparison.periods} datapoints"
    return f"{number} datapoint{'' if number == 1 else 's'}"


def _listed(points: Sequence[Point]) -> str:
    return ", ".join(
        f"{point.value} ({datetime.fromtimestamp(point.time, UTC):%d/%m/%y %H:%M:%S})"
        for point in reversed(points)
    )


def _treated(missing: int, treatment: str) -> str:
    if missing <= 0 or treatment not in _TREATED:
        return ""
    was = "datapoint was" if missing == 1 else "datapoints were"
    return f" and {missing} missing {was} treated as {_TREATED[treatment]}"


def _minimum(state: str, comparison: Comparison) -> str:
    if comparison.to_alarm is None:
        return ""
    number = comparison.to_alarm
    if state != ALARM:
        number = comparison.periods - comparison.to_alarm + 1
    change = "OK -> ALARM" if state == ALARM else "ALARM -> OK"
    return f" (minimum {number} datapoint{'' if number == 1 else 's'} for {change} transition)"


def reason_data(
    used: Sequence[Point], comparison: Comparison, *, now: float, statistic: str, period: int
) -> str:
    """Return StateReasonData; `statistic` is "" for metric math."""
    data: dict[str, Any] = {"version": "1.0", "queryDate": offset_time(now)}
    if used:
        data["startDate"] = offset_time(used[0].time)
    if statistic:
        data["statistic"] = statistic
    data |= {
        "period": period,
        "recentDatapoints": [point.value for point in used],
        "threshold": comparison.threshold,
        "evaluatedDatapoints": [_evaluated(point) for point in reversed(used)],
    }
    return orjson.dumps(data).decode()


def _evaluated(point: Point) -> dict[str, Any]:
    samples = {} if point.samples is None else {"sampleCount": point.samples}
    return {"timestamp": offset_time(point.time), **samples, "value": point.value}
