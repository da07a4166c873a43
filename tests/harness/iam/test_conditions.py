from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.iam.conditions import Context, holds
from harness.iam.operators import NEGATIONS, TESTS
from harness.iam.policy import Condition


def met(operator: str, wanted: Any, *actual: str, key: str = "aws:key") -> bool:
    unknown: set[str] = set()
    wanted = tuple(wanted) if isinstance(wanted, list) else (wanted,)
    values = {"aws:key": actual} if actual else {}
    found = holds(Condition(operator, key, wanted), Context(values), unknown, variables=True)
    assert not unknown
    return found


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "found"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "A", "a", False),
        ("StringEquals", ["x", "a"], "a", True),
        ("StringNotEquals", ["x", "a"], "a", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringLike", "up*", "uploads/", True),
        ("StringNotLike", "up*", "uploads/", False),
        ("stringlike", "u?", "up", True),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericNotEquals", "10", "10.0", False),
        ("NumericEquals", "ten", "10", False),
        ("DateLessThan", "2027-01-01T00:00:00Z", "2026-11-25T16:00:00.123Z", True),
        ("DateGreaterThan", "2027-01-01", "2026-11-25T16:00:00.123Z", False),
        ("DateGreaterThan", "1700000000", "2026-11-25T16:00:00Z", True),
        ("Bool", "true", "true", True),
        ("Bool", "false", "true", False),
        ("IpAddress", "127.0.0.0/8", "127.0.0.1", True),
        ("IpAddress", "203.0.113.0/24", "127.0.0.1", False),
        ("NotIpAddress", "203.0.113.0/24", "127.0.0.1", True),
        ("IpAddress", "nonsense", "127.0.0.1", False),
        ("ArnLike", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", True),
        ("ArnEquals", "arn:aws:*:::b", "arn:aws:s3:::b", True),
        ("ArnLike", "arn:aws:*", "arn:aws:s3:::b", False),
        ("ArnNotLike", "arn:aws:sqs:*:*:*", "arn:aws:s3:::b", True),
        ("StringEqualsIfExists", "a", "b", False),
        ("Null", "true", "a", False),
        ("Null", "false", "a", True),
    ],
)
def test_operators(operator: str, wanted: Any, actual: str, *, found: bool):
    assert met(operator, wanted, actual) is found


@pytest.mark.parametrize(
    ("operator", "found"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("Bool", False),
        ("Null", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
    ],
)
def test_a_key_that_the_request_does_not_have(operator: str, *, found: bool):
    assert met(operator, "true") is found


def test_keys_with_several_values():
    tags = ("team", "cost")
    assert met("ForAllValues:StringEquals", ["team", "cost", "more"], *tags)
    assert not met("ForAllValues:StringEquals", ["team"], *tags)
    assert met("ForAnyValue:StringLike", ["c*"], *tags)
    assert met("ForAnyValue:StringNotEquals", ["team"], *tags)
    assert not met("ForAllValues:StringNotEquals", ["team"], *tags)


def test_keys_are_written_in_any_case():
    assert met("StringEquals", "a", "a", key="AWS:Key")


@pytest.mark.parametrize("operator", ["StringMatches", "ForSome:StringEquals", ""])
def test_an_unknown_operator_is_not_met_and_said_so(operator: str):
    unknown: set[str] = set()
    condition = Condition(operator, "aws:key", ("a",))
    assert not holds(condition, Context({"aws:key": ("a",)}), unknown, variables=True)
    assert unknown == {f"condition operator {operator}"}


def test_an_unknown_key_is_not_met_not_even_when_negated_and_said_so():
    unknown: set[str] = set()
    condition = Condition("StringNotEquals", "aws:PrincipalOrgID", ("o-1",))
    nobody_looked = Context({}, lambda _key: False)
    assert not holds(condition, nobody_looked, unknown, variables=True)
    assert unknown == {"condition key aws:PrincipalOrgID"}


@given(st.sampled_from([*TESTS, *NEGATIONS, "null"]), st.text(), st.text(min_size=1))
def test_no_operand_is_too_strange(operator: str, wanted: str, actual: str):
    assert met(operator, wanted, actual) in (True, False)


@given(st.sampled_from(list(NEGATIONS)), st.text(), st.text(min_size=1))
def test_a_negated_operator_is_the_opposite_of_the_plain_one(
    operator: str, wanted: str, actual: str
):
    assert met(operator, wanted, actual) is not met(NEGATIONS[operator], wanted, actual)
