"""What an expression computes with: numbers, time series and lists of time series."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.errors import AwsError


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """values: by the second a period begins; what is missing is not there.

    start, end: the asked-for range, aligned; period: seconds.
    """

    values: Mapping[int, float]
    label: str
    period: int
    start: int
    end: int

    def grid(self) -> range:
        """Return every second at which a period of the range begins."""
        return range(self.start, self.end, self.period)

    def with_values(self, values: Mapping[int, float]) -> TimeSeries:
        return replace(self, values=values)

    def each(self, function: Callable[[float], float]) -> TimeSeries:
        return self.with_values({time: function(value) for time, value in self.values.items()})


Value = float | str | TimeSeries | list[TimeSeries]


class ExpressionError(AwsError):
    """An expression that cannot be computed; `of` names it as AWS does."""

    def __init__(self, reason: str) -> None:
        super().__init__("ValidationError", reason)
        self.reason = reason

    def of(self, identifier: str) -> ExpressionError:
        return ExpressionError(f"Error in expression '{identifier}': {self.reason}")


def as_list(value: Value, function: str) -> list[TimeSeries]:
    """Return the series in an argument of `function`."""
    if isinstance(value, TimeSeries):
        return [value]
    if isinstance(value, list):
        return value
    raise ExpressionError(f"{function} needs a time series and got {kind(value)}")


def mapped(value: Value, name: str, function: Callable[[TimeSeries], TimeSeries]) -> Value:
    """Return what `function` makes of each series in an argument of the function `name`."""
    found = [function(series) for series in as_list(value, name)]
    return found if isinstance(value, list) else found[0]


def as_number(value: Value, function: str) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    raise ExpressionError(f"{function} needs a number and got {kind(value)}")


def kind(value: Value) -> str:
    """Return AWS's word for the type of a value."""
    if isinstance(value, TimeSeries):
        return "TimeSeries"
    if isinstance(value, list):
        return "TimeSeries[]"
    return "String" if isinstance(value, str) else "Scalar"
