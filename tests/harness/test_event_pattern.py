from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.event_pattern import matches

EVENT = {
    "source": "aws.s3",
    "resources": ["arn:aws:s3:::docs", "other"],
    "detail": {
        "bucket": {"name": "docs"},
        "object": {"key": "uploads/A.pdf", "size": 5},
        "source-ip-address": "10.0.0.7",
        "tags": [],
        "nothing": None,
        "flag": True,
    },
}


def key(*wanted: Any) -> dict[str, Any]:
    return {"detail": {"object": {"key": list(wanted)}}}


def size(*wanted: Any) -> dict[str, Any]:
    return {"detail": {"object": {"size": list(wanted)}}}


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"source": ["aws.s3"]},
        {"source": ["aws.ec2", "aws.s3"], "detail": {"bucket": {"name": ["docs"]}}},
        {"resources": ["arn:aws:s3:::docs"]},
        {"detail": {"nothing": [None]}},
        {"detail": {"flag": [True]}},
        {"detail": {"absent": [{"exists": False}]}},
        {"detail": {"deeper": {"absent": [{"exists": False}]}}},
        {"detail": {"tags": [{"exists": False}]}},
        {"detail": {"source-ip-address": [{"cidr": "10.0.0.0/24"}]}},
        {"$or": [{"source": ["aws.ec2"]}, {"detail": {"object": {"size": [5]}}}]},
        key({"prefix": "uploads/"}),
        key({"prefix": {"equals-ignore-case": "UPLOADS/"}}),
        key({"suffix": ".pdf"}),
        key({"suffix": {"equals-ignore-case": ".PDF"}}),
        key({"wildcard": "uploads/*.pdf"}),
        key({"equals-ignore-case": "UPLOADS/a.PDF"}),
        key({"anything-but": "other"}),
        key({"anything-but": ["a", "b"]}),
        key({"anything-but": {"prefix": "tmp/"}}),
        key({"exists": True}),
        size({"numeric": [">", 0, "<=", 5]}),
        size({"numeric": ["=", 5]}),
        size({"anything-but": [6, 7]}),
    ],
)
def test_what_matches(pattern):
    assert matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": []},
        {"source": ["aws"]},
        {"source": ["aws.s3"], "account": ["1"]},
        {"resources": ["arn"]},
        {"source": {"deeper": ["aws.s3"]}},
        {"detail": {"flag": [1]}},
        {"detail": {"flag": ["true"]}},
        {"detail": {"absent": [{"exists": True}]}},
        {"detail": {"absent": [{"anything-but": "x"}]}},
        {"detail": {"source-ip-address": [{"cidr": "10.0.1.0/24"}]}},
        {"detail": {"bucket": {"name": [{"cidr": "10.0.1.0/24"}]}}},
        {"$or": [{"source": ["aws.ec2"]}, {"source": ["aws.sns"]}]},
        key({"prefix": "loads/"}),
        key({"suffix": ".PDF"}),
        key({"wildcard": "*.doc"}),
        key({"wildcard": "uploads/?.pdf"}),
        key({"anything-but": "uploads/A.pdf"}),
        key({"anything-but": {"suffix": ".pdf"}}),
        key({"exists": False}),
        key({"numeric": [">", 0]}),
        key({"unheard-of": 1}),
        size({"numeric": [">", 5]}),
        size({"prefix": "5"}),
        size("5"),
    ],
)
def test_what_does_not(pattern):
    assert not matches(pattern, EVENT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["detail", "key", "prefix", "numeric", "anything-but", "$or"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["detail", "source", "$or"]), JSON), JSON)
def test_whatever_the_control_plane_accepted_as_a_pattern_is_answered(pattern, event):
    assert matches(pattern, event) in (True, False)
