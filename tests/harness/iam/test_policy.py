from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.iam.policy import Condition, parse
from tests.harness.iam.examples import allow, deny, policy


def test_one_statement_needs_no_list():
    (found,) = parse(
        '{"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}'
    ).statements
    assert (found.allows, found.actions, found.resources) == (True, ("a:b",), ("*",))


def test_condition_values_are_text():
    condition = {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:max-keys": [1, 2]}}
    (found,) = policy(allow(Condition=condition)).statements
    assert found.conditions == (
        Condition("Bool", "aws:SecureTransport", ("false",)),
        Condition("NumericLessThan", "s3:max-keys", ("1", "2")),
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"Effect": "allow", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Resource": "*"},
        {"Effect": "Allow", "Action": "*"},
        {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": [1], "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": "x"}},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "me"},
        "Allow",
    ],
)
def test_a_broken_statement_takes_every_grant_of_its_document_away(broken: Any):
    found = policy(allow(), deny(), broken)
    assert [statement.allows for statement in found.statements] == [False]
    assert len(found.problems) == 1


@pytest.mark.parametrize("document", ["", "nonsense", "[]", "1", b"\xff"])
def test_what_is_no_document_grants_nothing(document: str | bytes):
    found = parse(document)
    assert found.statements == ()
    assert found.problems


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["*", "Allow", "Deny", "s3:*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Effect", "Action", "NotAction", "Resource", "Principal", "Condition"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(_JSON, _JSON)
def test_any_json_is_read(statement: Any, version: Any):
    found = parse(orjson.dumps({"Version": version, "Statement": statement}))
    assert not any(s.allows for s in found.statements) or not found.problems
