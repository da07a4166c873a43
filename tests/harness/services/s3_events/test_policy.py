from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.s3_events.policy import permits
from tests.harness.services.s3_events.examples import ACCOUNT, QUEUE

ACTION = "SQS:SendMessage"
SOURCE = "arn:aws:s3:::docs"


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        **changes,
    }


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def permitted(*statements: Any) -> bool:
    return permits({"Statement": list(statements)}, ACTION, QUEUE, "docs")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}},
        {"Action": ["sqs:ReceiveMessage", "SQS:SendMessage"]},
        {"Action": "sqs:*"},
        {"Action": "*"},
        {"Resource": "*"},
        {"Resource": ["arn:aws:sqs:*:*:q"]},
        condition("ArnLike", "aws:SourceArn", SOURCE),
        condition("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:docs"),
        condition("ArnEquals", "AWS:SourceArn", "arn:aws:s3:::*"),
        condition("StringLike", "aws:SourceArn", ["arn:aws:s3:::other", "arn:aws:s3:::d?cs"]),
        condition("StringEquals", "aws:SourceAccount", ACCOUNT),
        condition("StringEquals", "aws:SourceArn", SOURCE),
        condition("StringNotEquals", "aws:SourceAccount", "999999999999"),
        condition("StringNotEquals", "aws:SourceOrgID", "o-1"),
        condition("StringEqualsIfExists", "aws:SourceOrgID", "o-1"),
        condition("Bool", "aws:SecureTransport", "true"),
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
    ],
)
def test_s3_may(changes):
    assert permitted(statement(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
        {"Principal": None},
        {"Action": "sqs:ReceiveMessage"},
        {"Action": None},
        {"Resource": f"{QUEUE}-2"},
        {"Resource": "arn:aws:sqs:*:*:[q]"},
        condition("ArnLike", "aws:SourceArn", "arn:aws:s3:::docs-2"),
        condition("StringEquals", "aws:SourceArn", "arn:aws:s3:::*"),
        condition("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::d*"),
        condition("StringEquals", "aws:SourceAccount", "999999999999"),
        condition("StringEquals", "aws:SourceOwner", ACCOUNT),
        condition("Bool", "aws:SecureTransport", "false"),
        condition("StringEqualsIfExists", "aws:SourceAccount", "999999999999"),
        {"Condition": []},
        {"Condition": {"StringEquals": "text"}},
        condition("DateLessThan", "aws:CurrentTime", "2030-01-01"),
    ],
)
def test_s3_may_not(changes):
    assert not permitted(statement(**changes))


def test_all_conditions_of_a_statement_must_hold():
    both = {
        "ArnLike": {"aws:SourceArn": SOURCE},
        "StringEquals": {"aws:SourceAccount": "999999999999"},
    }
    assert not permitted(statement(Condition=both))


def test_one_statement_is_enough_and_a_denial_wins():
    other = statement(Action="sqs:ReceiveMessage")
    assert permitted(other, statement())
    assert not permitted(statement(), statement(Effect="Deny"))
    assert permitted(statement(), statement(Effect="Deny", Resource=f"{QUEUE}-2"))


def test_a_single_statement_need_not_be_in_a_list():
    assert permits({"Statement": statement()}, ACTION, QUEUE, "docs")


@pytest.mark.parametrize("policy", [{}, {"Statement": []}, {"Statement": ["text", None, 1]}])
def test_no_statement_is_no_permission(policy):
    assert not permits(policy, ACTION, QUEUE, "docs")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(statement(), JSON)))
def test_whatever_stands_in_a_policy_is_answered(found):
    assert permitted(found) in (True, False)
    assert permitted({**statement(), "Condition": found}) in (True, False)
