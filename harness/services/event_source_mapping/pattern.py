"""Which patterns a mapping may filter messages by (aws-behaviour §6.2); pure.

A pattern is an object of the members looked at; a list names the accepted values or rules of one
member; `$or` holds alternatives. Lambda takes less than a bus does, and refuses the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_COMPARISONS = frozenset({"=", "<", "<=", ">", ">="})


def valid(pattern: object) -> bool:
    """Tell whether `pattern` is one: an object that looks at something, in rules that exist."""
    return isinstance(pattern, dict) and bool(pattern) and all(map(_valid_member, pattern.items()))


def _valid_member(member: tuple[str, Any]) -> bool:
    name, wanted = member
    if name == "$or":
        return isinstance(wanted, list) and len(wanted) > 1 and all(map(valid, wanted))
    if isinstance(wanted, dict):
        return valid(wanted)
    return isinstance(wanted, list) and bool(wanted) and all(map(_valid_rule, wanted))


def _valid_rule(rule: Any) -> bool:
    if isinstance(rule, list):
        return False
    if not isinstance(rule, dict):
        return True
    if len(rule) != 1:
        return False
    ((kind, operand),) = rule.items()
    return kind in _OPERANDS and _OPERANDS[kind](operand)


def _is_text(operand: Any) -> bool:
    return isinstance(operand, str)


def _is_unwanted(operand: Any) -> bool:
    rules = operand if isinstance(operand, list) else [operand]
    return bool(rules) and all(map(_valid_rule, rules))


def _is_range(operand: Any) -> bool:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return False
    numbers = (isinstance(n, int | float) and not isinstance(n, bool) for n in operand[1::2])
    return all(isinstance(o, str) and o in _COMPARISONS for o in operand[::2]) and all(numbers)


_OPERANDS: Mapping[str, Callable[[Any], bool]] = {
    "exists": lambda operand: isinstance(operand, bool),
    "prefix": _is_text,
    "suffix": _is_text,
    "equals-ignore-case": _is_text,
    "anything-but": _is_unwanted,
    "numeric": _is_range,
}
