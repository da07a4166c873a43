"""The comparisons behind condition operators: a request's value, a policy's, its variables (pure).

A value that is not of the operator's type raises `ValueError`.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable
from datetime import UTC, datetime

from harness.iam.glob import Lookup, expanded, matches

Test = Callable[[str, str, Lookup | None], bool]
Order = Callable[[float, float], bool]


def _equals(value: str, wanted: str, lookup: Lookup | None) -> bool:
    return value == expanded(wanted, lookup)


def _equals_ignoring_case(value: str, wanted: str, lookup: Lookup | None) -> bool:
    return value.casefold() == expanded(wanted, lookup).casefold()


def _like(value: str, wanted: str, lookup: Lookup | None) -> bool:
    return matches(wanted, value, lookup)


def _arn_like(value: str, wanted: str, lookup: Lookup | None) -> bool:
    """Each of the six parts on its own: a star does not reach over a colon."""
    actual, pattern = value.split(":", 5), expanded(wanted, lookup).split(":", 5)
    return len(actual) == len(pattern) and all(map(matches, pattern, actual))


def _numeric(order: Order) -> Test:
    return lambda value, wanted, lookup: order(float(value), float(expanded(wanted, lookup)))


def _dated(order: Order) -> Test:
    return lambda value, wanted, lookup: order(_moment(value), _moment(expanded(wanted, lookup)))


def _moment(text: str) -> float:
    """Return seconds since the epoch of an ISO 8601 date, or of a number of seconds."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _boolean(value: str, wanted: str, lookup: Lookup | None) -> bool:
    return value.lower() == expanded(wanted, lookup).lower()


def _in_network(value: str, wanted: str, lookup: Lookup | None) -> bool:
    network = ipaddress.ip_network(expanded(wanted, lookup), strict=False)
    return ipaddress.ip_address(value) in network


TESTS: dict[str, Test] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignoring_case,
    "stringlike": _like,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
    "numericequals": _numeric(operator.eq),
    "numericlessthan": _numeric(operator.lt),
    "numericlessthanequals": _numeric(operator.le),
    "numericgreaterthan": _numeric(operator.gt),
    "numericgreaterthanequals": _numeric(operator.ge),
    "dateequals": _dated(operator.eq),
    "datelessthan": _dated(operator.lt),
    "datelessthanequals": _dated(operator.le),
    "dategreaterthan": _dated(operator.gt),
    "dategreaterthanequals": _dated(operator.ge),
    "bool": _boolean,
    "binaryequals": _equals,
    "ipaddress": _in_network,
}
NEGATIONS = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
}
