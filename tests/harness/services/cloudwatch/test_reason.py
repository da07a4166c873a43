from __future__ import annotations

import json

import pytest

from harness.services.cloudwatch.reason import Comparison, Point, reason, reason_data

T = 1_795_622_400  # 2026-11-25 16:00:00 UTC
GREATER, LESS = "GreaterThanThreshold", "LessThanOrEqualToThreshold"


def good(number, value):
    return Point(T + number * 60, value, 1.0, breaching=False)


def bad(number, value):
    return Point(T + number * 60, value, 1.0, breaching=True)


@pytest.mark.parametrize(
    ("state", "used", "comparison", "sentence"),
    [
        (
            "ALARM",
            [bad(0, 1.0)],
            Comparison(GREATER, 0.05, 1, None, "missing"),
            (
                "Threshold Crossed: 1 datapoint [1.0 (25/11/26 16:00:00)] was greater than the "
                "threshold (0.05)."
            ),
        ),
        (
            "OK",
            [good(0, 0.0)],
            Comparison(GREATER, 0.05, 1, 1, "missing"),
            (
                "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (25/11/26 "
                "16:00:00)] was not "
                "greater than the threshold (0.05) (minimum 1 datapoint for ALARM -> "
                "OK transition)."
            ),
        ),
        (
            "ALARM",
            [bad(0, 1.0), good(1, 9.0), bad(2, 2.0)],
            Comparison(LESS, 3.0, 3, 2, "missing"),
            (
                "Threshold Crossed: 2 out of the last 3 datapoints [2.0 (25/11/26 16:02:00), "
                "1.0 (25/11/26 16:00:00)] were less than or equal to the threshold "
                "(3.0) (minimum 2 "
                "datapoints for OK -> ALARM transition)."
            ),
        ),
        (
            "INSUFFICIENT_DATA",
            [],
            Comparison(GREATER, 1.0, 1, None, "missing"),
            "Insufficient Data: 1 datapoint was unknown.",
        ),
        (
            "INSUFFICIENT_DATA",
            [],
            Comparison(GREATER, 1.0, 3, None, "missing"),
            "Insufficient Data: 3 datapoints were unknown.",
        ),
        (
            "OK",
            [],
            Comparison(GREATER, 1.0, 1, None, "notBreaching"),
            (
                "Threshold Crossed: no datapoints were received for 1 period and 1 "
                "missing datapoint "
                "was treated as [NonBreaching]."
            ),
        ),
        (
            "ALARM",
            [],
            Comparison(GREATER, 1.0, 2, None, "breaching"),
            (
                "Threshold Crossed: no datapoints were received for 2 periods and 2 "
                "missing datapoints "
                "were treated as [Breaching]."
            ),
        ),
        (
            "ALARM",
            [bad(0, 0.0)],
            Comparison("LessThanThreshold", 1.0, 2, None, "breaching"),
            (
                "Threshold Crossed: 1 datapoint [0.0 (25/11/26 16:00:00)] was less "
                "than the threshold "
                "(1.0) and 1 missing datapoint was treated as [Breaching]."
            ),
        ),
    ],
)
def test_sentences(state, used, comparison, sentence):
    assert reason(state, used, comparison) == sentence


def test_the_data_behind_a_reason():
    comparison = Comparison(GREATER, 0.05, 1, None, "missing")
    data = reason_data([bad(0, 1.0)], comparison, now=T + 300.5, statistic="Average", period=300)
    assert json.loads(data) == {
        "version": "1.0",
        "queryDate": "2026-11-25T16:05:00.500+0000",
        "startDate": "2026-11-25T16:00:00.000+0000",
        "statistic": "Average",
        "period": 300,
        "recentDatapoints": [1.0],
        "threshold": 0.05,
        "evaluatedDatapoints": [
            {"timestamp": "2026-11-25T16:00:00.000+0000", "sampleCount": 1.0, "value": 1.0}
        ],
    }
