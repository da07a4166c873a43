from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.iam.glob import UnknownVariableError, expanded, matches

VALUES = {"aws:username": "ann", "aws:userid": "a*b"}.get


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a*", "a", True),
        ("*a", "ba", True),
        ("a*a", "a", False),
        ("a*b*c", "aXbYbZc", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("*?", "", False),
        ("a.c", "abc", False),
        ("a\n*", "a\nb", True),
        ("${aws:username}", "ann", True),
        ("${aws:userid}", "a*b", True),
        ("${aws:userid}", "aXb", False),
        ("x${*}y${?}z${$}", "x*y?z$", True),
        ("x${*}y", "xAy", False),
        ("${aws:other, 'none'}-*", "none-1", True),
        ("${unclosed*", "${unclosed-", True),
    ],
)
def test_patterns(pattern: str, text: str, *, found: bool):
    assert matches(pattern, text, VALUES) is found


def test_without_values_a_variable_is_text():
    assert matches("${aws:username}*", "${aws:username}!")


def test_a_variable_without_value_is_an_error():
    with pytest.raises(UnknownVariableError):
        matches("${aws:other}", "x", VALUES)
    with pytest.raises(UnknownVariableError):
        expanded("${aws:other}", VALUES)


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_it_agrees_with_a_regular_expression(pattern: str, text: str):
    written = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in pattern)
    assert matches(pattern, text) is (re.fullmatch(written, text) is not None)


def test_many_stars_cost_no_more_than_the_text():
    """A backtracking matcher would not come back from this one."""
    assert not matches("*a" * 40 + "b", "a" * 5000)
