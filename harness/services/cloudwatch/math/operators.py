"""Arithmetic, comparison and logic between numbers, time series and lists of them (pure).

A point exists where both sides have one; what has no finite result (a division by zero) is missing.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from harness.services.cloudwatch.math.series import ExpressionError, TimeSeries, Value, kind

Binary = Callable[[float, float], float]

BINARY: dict[str, Binary] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "Pow": operator.pow,
    "Eq": lambda a, b: float(a == b),
    "NotEq": lambda a, b: float(a != b),
    "Lt": lambda a, b: float(a < b),
    "LtE": lambda a, b: float(a <= b),
    "Gt": lambda a, b: float(a > b),
    "GtE": lambda a, b: float(a >= b),
    "And": lambda a, b: float(bool(a) and bool(b)),
    "Or": lambda a, b: float(bool(a) or bool(b)),
}


def combined(name: str, left: Value, right: Value) -> Value:
    """Return `left <name> right`."""
    if isinstance(left, str) or isinstance(right, str):
        raise _unsupported(name, left, right)
    if isinstance(left, list):
        if isinstance(right, list):
            raise _unsupported(name, left, right)
        return [_pair(name, one, right) for one in left]
    if isinstance(right, list):
        return [_pair(name, left, one) for one in right]
    if isinstance(left, TimeSeries) or isinstance(right, TimeSeries):
        return _pair(name, left, right)
    found = _finite(BINARY[name], left, right)
    if found is None:
        raise ExpressionError(f"{left:g} and {right:g} have no result")
    return found


def _pair(name: str, left: float | TimeSeries, right: float | TimeSeries) -> TimeSeries:
    function = BINARY[name]
    frame = left if isinstance(left, TimeSeries) else right
    assert isinstance(frame, TimeSeries)
    values = {}
    for time in _times(left, right):
        found = _finite(function, _at(left, time), _at(right, time))
        if found is not None:
            values[time] = found
    return frame.with_values(values)


def _times(left: float | TimeSeries, right: float | TimeSeries) -> list[int]:
    if isinstance(left, TimeSeries) and isinstance(right, TimeSeries):
        return sorted(left.values.keys() & right.values.keys())
    frame = left if isinstance(left, TimeSeries) else right
    assert isinstance(frame, TimeSeries)
    return list(frame.values)


def _at(side: float | TimeSeries, time: int) -> float:
    return side.values[time] if isinstance(side, TimeSeries) else side


def _finite(function: Binary, left: float, right: float) -> float | None:
    try:
        found = function(left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    if isinstance(found, complex) or not math.isfinite(found):
        return None
    return float(found)


def _unsupported(name: str, left: Value, right: Value) -> ExpressionError:
    return ExpressionError(f"Unsupported operand type(s) for {name}: {kind(left)}, {kind(right)}")
