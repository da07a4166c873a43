"""The patterns by which a mapping filters messages (aws-behaviour §6.2); pure.

A pattern is an object of the members looked at; a list names the accepted values or rules of one
member; `$or` holds alternatives. The rules are those Lambda documents for event filtering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_ABSENT = object()
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


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
    return kind in _RULES and _OPERANDS[kind](operand)


def matches(pattern: Mapping[str, Any], content: Any) -> bool:
    """Tell whether `content` (decoded JSON) satisfies every member of a valid pattern."""
    return all(_member_matches(name, wanted, content) for name, wanted in pattern.items())


def _member_matches(name: str, wanted: Any, content: Any) -> bool:
    if name == "$or":
        return any(matches(alternative, content) for alternative in wanted)
    value = content.get(name, _ABSENT) if isinstance(content, dict) else _ABSENT
    if isinstance(wanted, dict):
        items = value if isinstance(value, list) else [value]
        return any(matches(wanted, item) for item in items)
    if isinstance(value, dict):  # a leaf is asked for: an object is as good as absent
        value = _ABSENT
    values = value if isinstance(value, list) else [value]
    return any(_satisfies(rule, item) for rule in wanted for item in values)


def _satisfies(rule: Any, value: Any) -> bool:
    if isinstance(rule, dict):
        ((kind, operand),) = rule.items()
        return _RULES[kind](operand, value)
    return _same(rule, value)


def _same(left: Any, right: Any) -> bool:
    """Compare as JSON does: `true` is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _exists(wanted: bool, value: Any) -> bool:  # noqa: FBT001 - the operand is a JSON value
    return (value is not _ABSENT) is wanted


def _starts(prefix: str, value: Any) -> bool:
    return isinstance(value, str) and value.startswith(prefix)


def _ends(suffix: str, value: Any) -> bool:
    return isinstance(value, str) and value.endswith(suffix)


def _same_but_case(wanted: str, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == wanted.lower()


def _anything_but(unwanted: Any, value: Any) -> bool:
    if value is _ABSENT:
        return False
    rules = unwanted if isinstance(unwanted, list) else [unwanted]
    return not any(_satisfies(rule, value) for rule in rules)


def _numeric(bounds: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return all(_COMPARISONS[operator](value, bound) for operator, bound in pairs)


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


_RULES: Mapping[str, Callable[[Any, Any], bool]] = {
    "exists": _exists,
    "prefix": _starts,
    "suffix": _ends,
    "equals-ignore-case": _same_but_case,
    "anything-but": _anything_but,
    "numeric": _numeric,
}
_OPERANDS: Mapping[str, Callable[[Any], bool]] = {
    "exists": lambda operand: isinstance(operand, bool),
    "prefix": _is_text,
    "suffix": _is_text,
    "equals-ignore-case": _is_text,
    "anything-but": _is_unwanted,
    "numeric": _is_range,
}
