"""Does an event match an event pattern? (EventBridge User Guide, "Event patterns"; pure)

The rules of a bus and the filters of an event source mapping are written in it.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

_ABSENT = object()


def matches(pattern: Any, event: Any) -> bool:
    """Tell whether every field that the pattern names has one of the values it lists.

    A matcher that is not known here, or not written as AWS has it, matches nothing.
    """
    if not isinstance(pattern, Mapping):
        return False
    members = event if isinstance(event, Mapping) else {}
    return all(_field_matches(name, wanted, members) for name, wanted in pattern.items())


def _field_matches(name: str, wanted: Any, event: Mapping[str, Any]) -> bool:
    if name == "$or":
        return any(matches(alternative, event) for alternative in _listed(wanted))
    value = event.get(name, _ABSENT)
    found = (value if isinstance(value, list) else [value]) or [_ABSENT]
    if isinstance(wanted, Mapping):
        # An absent object may still satisfy a pattern of nothing but {"exists": false}.
        return any(matches(wanted, item) for item in found)
    leaves = [_ABSENT if isinstance(item, Mapping) else item for item in found]
    return any(_value_matches(one, leaf) for one in _listed(wanted) for leaf in leaves)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else []


def _value_matches(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return _same(wanted, value)
    if len(wanted) != 1:
        return False
    ((kind, operand),) = wanted.items()
    if kind == "exists":
        return (value is not _ABSENT) is bool(operand)
    matcher = _MATCHERS.get(kind)
    return matcher is not None and value is not _ABSENT and matcher(operand, value)


def _same(wanted: Any, value: Any) -> bool:
    # In JSON, true is not 1.
    return isinstance(wanted, bool) == isinstance(value, bool) and bool(wanted == value)


def _prefix(operand: Any, value: Any) -> bool:
    text, wanted = _folded(operand, value)
    return text.startswith(wanted)


def _suffix(operand: Any, value: Any) -> bool:
    text, wanted = _folded(operand, value)
    return text.endswith(wanted)


def _folded(operand: Any, value: Any) -> tuple[str, str]:
    """Return value and operand as they are to be compared; what is no text never matches."""
    if not isinstance(value, str):
        return "", "\0"
    if isinstance(operand, Mapping):
        return value.lower(), str(operand.get("equals-ignore-case", "\0")).lower()
    return value, str(operand)


def _anything_but(operand: Any, value: Any) -> bool:
    unwanted = operand if isinstance(operand, list) else [operand]
    return not any(_value_matches(one, value) for one in unwanted)


def _equals_ignore_case(operand: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == str(operand).lower()


def _wildcard(operand: Any, value: Any) -> bool:
    escaped = str(operand).replace("[", "[[]").replace("?", "[?]")
    return isinstance(value, str) and fnmatchcase(value, escaped)


def _numeric(operand: Any, value: Any) -> bool:
    pairs = list(zip(_listed(operand)[::2], _listed(operand)[1::2], strict=False))
    known = all(str(sign) in _COMPARISONS and _is_number(number) for sign, number in pairs)
    return (
        _is_number(value)
        and bool(pairs)
        and known
        and all(_COMPARISONS[sign](value, number) for sign, number in pairs)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cidr(operand: Any, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_MATCHERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "anything-but": _anything_but,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
}
