from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.event_pattern import matches
from harness.services.event_source_mapping.pattern import valid

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "$or", "prefix", "numeric"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ({"a": ["x"]}, {"a": "x", "b": 1}),
        ({"a": ["x", "y"]}, {"a": "y"}),
        ({"a": ["x"]}, {"a": ["z", "x"]}),
        ({"a": [None]}, {"a": None}),
        ({"a": [""]}, {"a": ""}),
        ({"a": [1]}, {"a": 1.0}),
        ({"a": {"b": [True]}}, {"a": {"b": True}}),
        ({"a": {"b": ["x"]}}, {"a": [{"b": "y"}, {"b": "x"}]}),
        ({"a": [{"exists": True}]}, {"a": None}),
        ({"a": [{"exists": False}]}, {}),
        ({"a": [{"exists": False}]}, {"a": {"deeper": 1}}),
        ({"a": [{"prefix": "up"}]}, {"a": "uploads/x"}),
        ({"a": [{"suffix": ".pdf"}]}, {"a": "x.pdf"}),
        ({"a": [{"equals-ignore-case": "PDF"}]}, {"a": "pdf"}),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "z"}),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "z"}),
        ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}),
        ({"a": [{"numeric": ["=", -1]}]}, {"a": -1}),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}),
    ],
)
def test_matches(pattern, content):
    assert valid(pattern)
    assert matches(pattern, content)


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ({"a": ["x"]}, {"b": "x"}),
        ({"a": ["x"]}, "x"),
        ({"a": [1]}, {"a": True}),
        ({"a": [True]}, {"a": 1}),
        ({"a": ["1"]}, {"a": 1}),
        ({"a": {"b": ["x"]}}, {"a": "x"}),
        ({"a": [{"exists": True}]}, {}),
        ({"a": [{"prefix": "up"}]}, {"a": 1}),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "x"}),
        ({"a": [{"anything-but": ["x"]}]}, {}),
        ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 6}),
        ({"a": [{"numeric": [">", 0]}]}, {"a": "1"}),
        ({"a": [1], "b": [2]}, {"a": 1, "b": 3}),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}),
    ],
)
def test_does_not_match(pattern, content):
    assert valid(pattern)
    assert not matches(pattern, content)


@pytest.mark.parametrize(
    "pattern",
    [
        None,
        [],
        "x",
        {},
        {"a": "x"},
        {"a": []},
        {"a": {}},
        {"a": [["x"]]},
        {"a": [{"unknown": 1}]},
        {"a": [{"prefix": 1}]},
        {"a": [{"exists": "yes"}]},
        {"a": [{"numeric": [">"]}]},
        {"a": [{"numeric": [">", "1"]}]},
        {"a": [{"numeric": ["~", 1]}]},
        {"a": [{"numeric": [[], 1]}]},
        {"a": [{"anything-but": []}]},
        {"a": [{"prefix": "x", "suffix": "y"}]},
        {"$or": [{"a": [1]}]},
    ],
)
def test_is_no_pattern(pattern):
    assert not valid(pattern)


@given(pattern=JSON, content=JSON)
def test_whatever_is_valid_can_be_matched(pattern, content):
    if valid(pattern):
        assert matches(pattern, content) in (True, False)
