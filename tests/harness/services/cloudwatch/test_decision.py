"""The conformance table of aws-behaviour §9.4.3, and what follows from its words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.services.cloudwatch.decision import Rule, decide, too_few_samples

OK, ALARM, UNKNOWN, KEEP = "OK", "ALARM", "INSUFFICIENT_DATA", None
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def points(text):
    return [{"0": False, "X": True, "-": None}[point] for point in text.split()]


def states(text, to_alarm, periods=3):
    return [decide(points(text), Rule(periods, to_alarm, treatment)) for treatment in TREATMENTS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 - X - X", [OK, OK, OK, OK]),
        ("0 - - - -", [OK, OK, OK, OK]),
        ("- - - - -", [UNKNOWN, KEEP, ALARM, OK]),
        ("0 X X - X", [ALARM, ALARM, ALARM, ALARM]),
        ("- - X - -", [ALARM, KEEP, ALARM, OK]),
    ],
)
def test_three_out_of_three(text, expected):
    assert states(text, to_alarm=3) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 - X - X", [ALARM, ALARM, ALARM, ALARM]),
        ("0 0 X 0 X", [ALARM, ALARM, ALARM, ALARM]),
        ("0 - X - -", [OK, OK, ALARM, OK]),
        ("- - - - 0", [OK, OK, ALARM, OK]),
        ("- - - X -", [ALARM, KEEP, ALARM, OK]),
    ],
)
def test_two_out_of_three(text, expected):
    assert states(text, to_alarm=2) == expected


@pytest.mark.parametrize("text", ["- - - - X", "- - - X -"])
def test_9_4_4_too_young_to_alarm_prematurely(text):
    assert states(text, to_alarm=3)[0] == OK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- - X", ALARM),
        ("- - 0", OK),
        ("X - -", ALARM),  # late points are still looked at
        ("X - 0", OK),
        ("- - -", UNKNOWN),
    ],
)
def test_one_out_of_one_as_the_report_has_it(text, expected):
    assert decide(points(text), Rule(1, 1, "missing")) == expected


ranges = st.integers(1, 6).flatmap(
    lambda periods: st.tuples(
        st.just(periods),
        st.integers(1, periods),
        st.lists(st.sampled_from([True, False, None]), min_size=periods + 2, max_size=periods + 2),
        st.sampled_from(TREATMENTS),
    )
)


@settings(max_examples=40, deadline=None)
@given(ranges)
def test_enough_breaching_points_alarm_whatever_is_missing(given_range):
    periods, to_alarm, found, treatment = given_range
    real = [point for point in found if point is not None][-periods:]
    state = decide(found, Rule(periods, to_alarm, treatment))
    if sum(real) >= to_alarm:
        assert state == ALARM
    if len(real) == periods and sum(real) < to_alarm:
        assert state == OK
    if state == UNKNOWN:
        assert not real
    if state is KEEP:
        assert treatment == "ignore"


@pytest.mark.parametrize(
    ("percent", "samples", "expected"),
    [(99, 999, True), (99, 1000, False), (50, 19, True), (50, 20, False), (10, 99, True)],
)
def test_low_sample_counts(percent, samples, expected):
    assert too_few_samples(percent, samples) is expected
