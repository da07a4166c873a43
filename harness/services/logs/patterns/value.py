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
        return regular_expression(wanted[1:-1])
    if wanted.startswith('"'):
        wanted = wanted[1:-1].replace('\\"', '"')
    pieces = wanted.split("*")
    return lambda value: _consists_of(pieces, value)


def _consists_of(pieces: list[str], text: str) -> bool:
    """Return whether a text is made of pieces with anything between them; takes linear time."""
    first, *middle = pieces
    if not middle:
        return text == first
    last = middle.pop()
    if not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return position <= end


# No groups and few repetitions, and not the whole of a long text: none of them takes forever.
_ALLOWED = re.compile(r"(?:[^(){}\\]|\\.|\{\d{1,3}(?:,\d{1,3})?\})*", re.DOTALL)
_REPEATED = re.compile(r"\\.|([*+])|(\{\d+,\d+\})", re.DOTALL)
_MOST_REPETITIONS, _LONGEST_TEXT = 2, 8192


def regular_expression(text: str) -> Callable[[str], bool]:
    """Return what searches for the expression between two percent signs; raises `ValueError`."""
    if not _ALLOWED.fullmatch(text):
        raise ValueError("groups are not supported in regular expressions")
    if sum(any(groups) for groups in _REPEATED.findall(text)) > _MOST_REPETITIONS:
        raise ValueError("more than two repetitions in a regular expression")
    try:
        search = re.compile(text).search
    except (re.error, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return lambda value: search(value[:_LONGEST_TEXT]) is not None
