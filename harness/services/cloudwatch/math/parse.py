"""Metric math's text as a syntax tree.

Its grammar is Python's but for a few operators, so Python parses it; what is left over is refused
by its name. Nothing of it is ever executed.
"""

from __future__ import annotations

import ast
import re

from harness.services.cloudwatch.math.series import ExpressionError

_QUOTED_OR_OPERATOR = re.compile(
    r"""("[^"]*"|'[^']*')|(&&|\bAND\b)|(\|\||\bOR\b)|(\^)|\b(true|false|TRUE|FALSE)\b"""
)
_OPERATORS = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd, ast.And, ast.Or,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip
_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name,
    ast.Constant, ast.List, ast.Load,
)  # fmt: skip


def parse(text: str) -> ast.expr:
    """Return the tree of an expression; raises `ExpressionError` for what is not one."""
    if text.lstrip().upper().startswith("SELECT "):
        raise ExpressionError("Metrics Insights queries (SELECT …) are not emulated here")
    try:
        tree = ast.parse(_QUOTED_OR_OPERATOR.sub(_python, text).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"Failed to parse expression: {text}") from None
    for node in ast.walk(tree):
        _check(node, text)
    return tree.body


def _python(match: re.Match[str]) -> str:
    quoted, conjunction, disjunction, power, truth = match.groups()
    if quoted:
        return repr(quoted[1:-1])
    if conjunction or disjunction:
        return " and " if conjunction else " or "
    return "**" if power else str(int(truth.lower() == "true"))


def _check(node: ast.AST, text: str) -> None:
    if not isinstance(node, _OPERATORS + _NODES):
        raise ExpressionError(f"Failed to parse expression: {text}")
    if isinstance(node, ast.Constant) and not _usable(node.value):
        raise ExpressionError(f"Failed to parse expression: {text}")
    if isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
        raise ExpressionError(f"Failed to parse expression: {text}")
    if isinstance(node, ast.Compare) and len(node.ops) != 1:
        raise ExpressionError(f"Failed to parse expression: {text}")


def _usable(constant: object) -> bool:
    """Return whether a constant is a text or a number that fits a float."""
    if isinstance(constant, str):
        return True
    return type(constant) in (int, float) and abs(constant) < 2**1000  # type: ignore[arg-type]


def names(tree: ast.expr) -> set[str]:
    """Return the ids an expression refers to."""
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    named = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in functions
    }
    return named - CONSTANTS


def functions(tree: ast.expr) -> set[str]:
    """Return the names of the functions an expression calls."""
    return {
        node.func.id.upper()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


CONSTANTS = {"REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MAX", "MIN", "STDDEV", "SUM"}
