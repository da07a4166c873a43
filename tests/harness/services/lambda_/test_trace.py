from __future__ import annotations

import re
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from harness.services.lambda_.trace import (
    continued,
    handed_on,
    identity,
    lineage,
    parent,
    rooted,
    sampled,
)

HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
NOW = 1_573_754_765.5


def test_a_new_chain():
    header = continued("", "f", NOW)
    pattern = r"Root=1-5dcd978d-[0-9a-f]{24};Lineage=[0-9a-f]{8}:1"
    assert re.fullmatch(pattern, header)
    assert lineage(header) == {identity("f"): 1}


def test_a_chain_goes_on_under_its_root_and_counts_each_function():
    header = continued(f"{HEADER};Lineage=a87bd80c:1|68fd508a:5", "f", NOW)
    assert header.startswith("Root=1-5759e988-bd862e3fe1be46a994272793;")
    assert lineage(header) == {"a87bd80c": 1, "68fd508a": 5, identity("f"): 1}
    assert lineage(continued(header, "f", NOW))[identity("f")] == 2


def test_who_caused_it_and_what_was_decided_goes_on():
    header = continued(HEADER, "f", NOW)
    assert (parent(header), sampled(header)) == ("53995c3f42cd8ad8", True)
    assert (parent(continued("", "f", NOW)), sampled(continued("", "f", NOW))) == ("", None)
    given = handed_on(header, "0123456789abcdef", sampled=False)
    assert (parent(given), sampled(given), lineage(given)) == (
        "0123456789abcdef",
        False,
        lineage(header),
    )


def test_an_sdk_escapes_the_header():
    escaped = quote(f"{HEADER};Lineage=a87bd80c:1|68fd508a:5", safe="-=;:+&[]{}\"',")
    assert "%7C" in escaped
    assert lineage(escaped) == {"a87bd80c": 1, "68fd508a": 5}


def test_what_begins_untraced_has_a_root_that_its_attempts_share():
    cause = rooted(NOW)
    assert lineage(cause) == {}
    assert continued(cause, "f", NOW).split(";")[0] == cause.split(";")[0]


def test_a_chain_of_many_functions_does_not_grow_for_ever():
    header = ""
    for number in range(200):
        header = continued(header, f"f{number}", NOW)
    assert len(lineage(header)) == 64
    assert identity("f199") in lineage(header)


@given(st.text(max_size=80) | st.from_regex(r"(Root=\w*;|Lineage=[0-9a-f:|]*;|Parent=;)*"))
def test_whatever_comes_in_something_valid_goes_out(header):
    assert identity("f") in lineage(continued(header, "f", NOW))
