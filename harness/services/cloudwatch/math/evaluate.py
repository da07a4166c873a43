"""The value of a syntax tree, given the series its names stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.services.cloudwatch.math import functions
from harness.services.cloudwatch.math.operators import combined
from harness.services.cloudwatch.math.parse import CONSTANTS
from harness.services.cloudwatch.math.series import ExpressionError, TimeSeries, Value, kind

Search = Callable[[str, str, int], list[TimeSeries]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """named: the series of every id; frame: an empty one with the range and period to use.

    metrics: those of `named` that METRICS() means: the metrics of the request, no expressions.
    search: finds series by (search expression, statistic, period).
    """

    named: Mapping[str, Value]
    metrics: Mapping[str, TimeSeries]
    frame: TimeSeries
    search: Search


def evaluate(tree: ast.expr, within: Surroundings) -> Value:
    """Return the value of an expression; raises `ExpressionError`."""
    try:
        return _value(tree, within)
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None


def as_series(value: Value) -> list[TimeSeries]:
    """Return an expression's result as the series a client gets."""
    if isinstance(value, TimeSeries):
        return [value]
    if isinstance(value, list):
        return value
    raise ExpressionError(f"the result is a {kind(value)}; a time series is needed")


def _value(node: ast.expr, within: Surroundings) -> Value:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return _named(node.id, within)
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return _called(node.func.id.upper(), [_value(one, within) for one in node.args], within)
    if isinstance(node, ast.List):
        return _listed([_value(one, within) for one in node.elts])
    return _operated(node, within)


def _operated(node: ast.expr, within: Surroundings) -> Value:
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, within), _value(node.right, within)
        return combined(type(node.op).__name__, left, right)
    if isinstance(node, ast.Compare):
        left, right = _value(node.left, within), _value(node.comparators[0], within)
        return combined(type(node.ops[0]).__name__, left, right)
    if isinstance(node, ast.BoolOp):
        name = type(node.op).__name__
        found = _value(node.values[0], within)
        for one in node.values[1:]:
            found = combined(name, found, _value(one, within))
        return found
    assert isinstance(node, ast.UnaryOp)
    sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
    return combined("Mult", sign, _value(node.operand, within))


def _named(name: str, within: Surroundings) -> Value:
    if name in CONSTANTS:
        return name
    if name not in within.named:
        raise ExpressionError(f"Unknown metric: {name}")
    return within.named[name]


def _listed(values: list[Value]) -> list[TimeSeries]:
    series: list[TimeSeries] = []
    for value in values:
        series += as_series(value)
    return series


def _called(name: str, arguments: list[Value], within: Surroundings) -> Value:
    if name == "METRICS":
        return _metrics(arguments, within)
    if name == "SEARCH":
        return _searched(arguments, within)
    if name not in functions.KNOWN:
        raise ExpressionError(f"the function {name} is not emulated here")
    return functions.call(name, arguments, within.frame)


def _metrics(arguments: list[Value], within: Surroundings) -> Value:
    if not all(isinstance(argument, str) for argument in arguments) or len(arguments) > 1:
        raise ExpressionError("METRICS takes one text at most")
    part = str(arguments[0]) if arguments else ""
    return [series for name, series in within.metrics.items() if part in name]


def _searched(arguments: list[Value], within: Surroundings) -> Value:
    if len(arguments) not in (2, 3) or not all(isinstance(one, str) for one in arguments[:2]):
        raise ExpressionError("SEARCH takes a search expression, a statistic and a period")
    period = arguments[2] if len(arguments) == 3 else float(within.frame.period)
    if not isinstance(period, (int, float)):
        raise ExpressionError("SEARCH takes its period as a number")
    return within.search(str(arguments[0]), str(arguments[1]), int(period))
