from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.s3_events.overlaps import refuse_overlaps
from tests.harness.services.s3_events.examples import FUNCTION, QUEUE, rule


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"prefix": "uploads/"}, {}),
        ({"prefix": "uploads/"}, {"prefix": "uploads/2026/"}),
        ({"suffix": "jpg"}, {"suffix": "pg"}),
        ({"prefix": "a", "suffix": ".pdf"}, {"prefix": "ab", "suffix": ".pdf"}),
        ({"prefix": "a"}, {"suffix": ".pdf"}),
        ({"prefix": "a+b"}, {"prefix": "a%20b"}),
    ],
)
@pytest.mark.parametrize("arn", [FUNCTION, QUEUE])
def test_rules_that_some_key_would_match_both_are_refused(one, other, arn):
    with pytest.raises(AwsError, match="InvalidArgument") as caught:
        refuse_overlaps([rule(**one), rule(arn, **other)])
    kind = "ambiguously defined" if one or other else "Configurations overlap"
    assert kind in caught.value.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"prefix": "a/"}, {"prefix": "b/"}),
        ({"prefix": "a", "suffix": ".jpg"}, {"prefix": "a", "suffix": ".png"}),
        ({"prefix": "a", "suffix": ".jpg"}, {"prefix": "b", "suffix": ".jpg"}),
        ({"events": ("s3:ObjectCreated:Put",)}, {"events": ("s3:ObjectCreated:Post",)}),
        ({}, {"events": ("s3:ObjectRemoved:*",)}),
    ],
)
def test_rules_that_nothing_would_match_both_stand_side_by_side(one, other):
    refuse_overlaps([rule(**one), rule(**other)])


def test_the_events_that_overlap_are_named():
    events = ("s3:ObjectRemoved:Delete", "s3:ObjectCreated:*")
    with pytest.raises(AwsError) as caught:
        refuse_overlaps([rule(events=events), rule(events=("s3:ObjectCreated:Put",))])
    assert caught.value.fields == {
        "ArgumentName": "Event",
        "ArgumentValue": "s3:ObjectCreated:*, s3:ObjectCreated:Put",
    }


TEXT = st.text("ab+./", max_size=3)
RULES = st.builds(rule, prefix=TEXT, suffix=TEXT)


@given(RULES, RULES, st.text("ab ./", max_size=6))
def test_accepted_rules_never_want_the_same_key(one, other, key):
    try:
        refuse_overlaps([one, other])
    except AwsError:
        return
    event = "ObjectCreated:Put"
    assert one.mismatch(event, key) or other.mismatch(event, key)
