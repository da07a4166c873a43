from __future__ import annotations

import math

import pytest

from harness.gate.stationarity import drift


def test_a_service_that_slows_down_is_seen():
    values = [0.5 + number / 100 for number in range(90)]
    assert "grew from 0.640 s to 1.240 s" in str(drift(values, 5.0))


@pytest.mark.parametrize(
    "values",
    [
        [1.0] * 90,
        [1.0 - number / 200 for number in range(90)],
        [0.02 + number / 10_000 for number in range(90)],
        [1.0, 2.0],
        [],
    ],
    ids=["steady", "faster", "too little to matter", "two samples", "none"],
)
def test_what_does_not_slow_down_noticeably(values):
    assert drift(values, 5.0) is None


def test_a_service_that_stops_answering_slowed_down():
    assert drift([0.1] * 60 + [math.inf] * 30, 5.0) is not None
