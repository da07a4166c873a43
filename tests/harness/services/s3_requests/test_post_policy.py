from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.s3_requests.post_policy import (
    Sizes,
    parse_policy,
    refuse_against_policy,
)
from tests.harness.services.s3_requests.refusing import code_of

ENDS = 1795622400.0  # 2026-11-25T16:00:00Z
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def written(*conditions: Any, expiration: Any = "2026-11-25T16:00:00.000Z") -> str:
    document = {"expiration": expiration, "conditions": list(conditions)}
    return base64.b64encode(json.dumps(document).encode()).decode()


def check(*conditions: Any, now: float = ENDS - 1, **fields: str) -> None:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    refuse_against_policy(parse_policy(written(*conditions)), named, "b", now)


def test_names_are_compared_in_any_case_and_values_as_they_are():
    check({"Key": "k"}, ["EQ", "$KEY", "k"], key="k")
    with pytest.raises(AwsError, match=r"\[\"eq\", \"\$Key\", \"k\"\]"):
        check({"Key": "k"}, key="K")


def test_every_condition_must_hold():
    conditions = ["starts-with", "$key", "a/"], ["starts-with", "$key", "a/b"]
    check(*conditions, key="a/bc")
    with pytest.raises(AwsError, match="a/b"):
        check(*conditions, key="a/c")


def test_a_field_that_is_missing_starts_with_nothing_only():
    check(["starts-with", "$x-amz-meta-a", ""])
    with pytest.raises(AwsError, match="x-amz-meta-a"):
        check(["starts-with", "$x-amz-meta-a", "b"])
    with pytest.raises(AwsError, match="x-amz-meta-a"):
        check({"x-amz-meta-a": ""})


def test_the_bucket_is_that_of_the_request():
    check({"bucket": "b"})
    with pytest.raises(AwsError, match="bucket"):
        check({"bucket": "c"}, bucket="c")


def test_a_policy_ends():
    with pytest.raises(AwsError, match=r"Policy expired\."):
        check(now=ENDS)


def test_of_several_ranges_the_narrowest_counts():
    ranges = ["content-length-range", 1, "100"], ["content-length-range", 5, 200]
    assert parse_policy(written(*ranges)).sizes == Sizes(5, 100)
    assert parse_policy(written()).sizes == Sizes(0, 5 * 1024**3)


@given(st.lists(JSON, max_size=4), JSON)
def test_any_json_is_a_policy_or_refused(conditions: list[Any], expiration: Any):
    refused = code_of(parse_policy, written(*conditions, expiration=expiration))
    assert refused in ("", "InvalidPolicyDocument")


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_a_policy_or_refused(text: str):
    with pytest.raises(AwsError) as refused:
        parse_policy(text)
    assert refused.value.code == "InvalidPolicyDocument"


@given(st.dictionaries(st.sampled_from(["key", "acl", "x-amz-meta-a", "content-type"]), st.text()))
def test_what_names_every_field_exactly_allows_them(fields: dict[str, str]):
    policy = parse_policy(written(*({name: value} for name, value in fields.items())))
    refuse_against_policy(policy, fields, "b", ENDS - 1)
    for name in fields:
        with pytest.raises(AwsError, match="Policy Condition failed"):
            refuse_against_policy(policy, {**fields, name: fields[name] + "x"}, "b", ENDS - 1)
