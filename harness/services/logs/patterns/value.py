"""What a field or property is compared with: numbers, texts with `*`, regular expressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Test = Callable[[Any], bool]


def comparison(sign: str, wanted: str) -> Test:
    """Return the test `value <sign> wanted`; `wanted` as in the pattern, with its quotes.

    Raises `ValueError` for an order between texts, which there is none of.
    """
    if _NUMBER.fullmatch(wanted):
        return _numeric(_ORDERS[sign], float(wanted))
    if sign not in ("=", "!="):
        raise ValueError(f"{wanted} is not a number")
    matches = _textual(wanted)
    if sign == "=":
        return lambda value: isinstance(value, str) and matches(value)
    return lambda value: isinstance(value, str) and not matches(value)


def _numeric(order: Callable[[float, float], bool], wanted: float) -> Test:
    def holds(value: Any) -> bool:
        found = number(value)
        return found is not None and order(found, wanted)

    return holds


def number(value: Any) -> float | None:
    """Return the number that a value is or spells."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _textual(wanted: str) -> Callable[[str], bool]:
    if len(wanted) > 1 and wanted[0] == wanted[-1] == "%":
        search = regular_expression(wanted[1:-1]).search
        return lambda value: search(value) is not None
    if wanted.startswith('"'):
        wanted = wanted[1:-1].replace('\\"', '"')
    pieces = [re.escape(piece) for piece in wanted.split("*")]
    match = re.compile(".*".join(pieces), re.DOTALL).fullmatch
    return lambda value: match(value) is not None


# What AWS lets a regular expression consist of; no groups, so none that takes forever.
_ALLOWED = re.compile(r"(?:[^(){}]|\\.|\{\d+(?:,\d*)?\})*", re.DOTALL)


def regular_expression(text: str) -> re.Pattern[str]:
    """Return the expression between two percent signs; raises `ValueError`."""
    if not _ALLOWED.fullmatch(text):
        raise ValueError("groups are not supported in regular expressions")
    if len(re.findall(r"[*+]|\{\d+,", text)) > 5:
        raise ValueError("too many repetitions in a regular expression")
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
