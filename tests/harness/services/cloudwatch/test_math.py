from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.services.cloudwatch.math.evaluate import Surroundings, as_series, evaluate
from harness.services.cloudwatch.math.parse import functions, names, parse
from harness.services.cloudwatch.math.series import ExpressionError, TimeSeries


def series(values, label="s"):
    found = {n * 60: float(v) for n, v in enumerate(values) if v is not None}
    return TimeSeries(found, label, 60, 0, 240)


NAMED = {
    "m1": series([1, 2, None, 4], "m1"),
    "m2": series([10, 0, 30, 40], "m2"),
    "flag": series([1, 0, 1, 0], "flag"),
    "none": series([None] * 4, "none"),
}


def value(text):
    frame = series([])
    within = Surroundings(NAMED, {k: NAMED[k] for k in ("m1", "m2")}, frame, lambda *_: [])
    return evaluate(parse(text), within)


def shown(found):
    """Return a series as the list of its four points."""
    return [found.values.get(n * 60) for n in range(4)]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("m1", [1, 2, None, 4]),
        ("m1 + 1", [2, 3, None, 5]),
        ("m2 - m1", [9, -2, None, 36]),
        ("m1 / m2 * 100", [10, None, None, 10]),
        ("m1 ^ 2", [1, 4, None, 16]),
        ("-m1", [-1, -2, None, -4]),
        ("(m1 + m2) * 2", [22, 4, None, 88]),
        ("m1 > 1", [0, 1, None, 1]),
        ("m1 >= 2 AND m2 > 0", [0, 0, None, 1]),
        ("m1 == 1 || m2 == 40", [1, 0, None, 1]),
        ("m1 != 1 && m2 <= 0", [0, 1, None, 0]),
        ("ABS(-m1)", [1, 2, None, 4]),
        ("CEIL(m1 / 3)", [1, 1, None, 2]),
        ("FLOOR(m1 / 3)", [0, 0, None, 1]),
        ("LOG10(m2)", [1, None, pytest.approx(1.477, abs=1e-3), pytest.approx(1.602, abs=1e-3)]),
        ("DIFF(m2)", [None, -10, 30, 10]),
        ("RATE(m2) * 60", [None, -10, 30, 10]),
        ("DIFF_TIME(m1)", [None, 60, None, 120]),
        ("RUNNING_SUM(m2)", [10, 10, 40, 80]),
        ("FILL(m1, 0)", [1, 2, 0, 4]),
        ("FILL(none, 7)", [7, 7, 7, 7]),
        ("FILL(m1, REPEAT)", [1, 2, 2, 4]),
        ("FILL(m1, LINEAR)", [1, 2, 3, 4]),
        ("FILL(m1, m2)", [1, 2, 30, 4]),
        ("IF(flag, m1, m2)", [1, 0, None, 40]),
        ("IF(m1 > 1, m1)", [None, 2, None, 4]),
        ("IF(flag, 5, 6)", [5, 6, 5, 6]),
        ("SUM([m1, m2])", [11, 2, 30, 44]),
        ("SUM(METRICS())", [11, 2, 30, 44]),
        ('MAX(METRICS("m"))', [10, 2, 30, 40]),
        ("AVG(METRICS())", [5.5, 1, 30, 22]),
        ("MIN([m1, m2])", [1, 0, 30, 4]),
        ("DATAPOINT_COUNT([m1, m2])", [2, 2, 1, 2]),
        ("m2 - AVG(m2)", [-10, -20, 10, 20]),
        ("m1 * METRIC_COUNT(METRICS())", [2, 4, None, 8]),
        ("m1 / PERIOD(m1) * 60", [1, 2, None, 4]),
        ("TIME_SERIES(3)", [3, 3, 3, 3]),
        ("FIRST(METRICS())", [1, 2, None, 4]),
        ("LAST(METRICS())", [10, 0, 30, 40]),
        ("MINUTE(m2)", [0, 1, 2, 3]),
        ("EPOCH(m1)", [0, 60, None, 180]),
        ("m2 - SUM(m1)", [3, -7, 23, 33]),
        ("IF(MAX(m2) > 30, m1, m2)", [1, 2, None, 4]),
    ],
)
def test_series(text, points):
    assert shown(as_series(value(text))[0]) == points


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("METRICS()", ["m1", "m2"]),
        ("METRICS('2')", ["m2"]),
        ("SORT(METRICS(), MAX, DESC)", ["m2", "m1"]),
        ("SORT(METRICS(), SUM, ASC, 1)", ["m1"]),
        ("SLICE(SORT(METRICS(), SUM, DESC), 0, 1)", ["m2"]),
        ("SLICE(METRICS(), 1)", ["m2"]),
        ("SLICE(METRICS(), 7)", []),
        ("REMOVE_EMPTY([m1, none])", ["m1"]),
        ("RATE(METRICS())", ["m1", "m2"]),
        ("METRICS() * 2", ["m1", "m2"]),
    ],
)
def test_lists(text, labels):
    assert [one.label for one in as_series(value(text))] == labels


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("m1 +", "Failed to parse expression"),
        ("m1; m2", "Failed to parse expression"),
        ("__import__('os').system('x')", "Failed to parse expression"),
        ("[x for x in m1]", "Failed to parse expression"),
        ("m1 < m2 < 3", "Failed to parse expression"),
        ("f'{m1}'", "Failed to parse expression"),
        ("1e999 * m1", "Failed to parse expression"),
        ("m9", "Unknown metric: m9"),
        ("ANOMALY_DETECTION_BAND(m1)", "the function ANOMALY_DETECTION_BAND is not emulated"),
        ("SELECT AVG(x) FROM y", "Metrics Insights"),
        ("FILL(m1)", "FILL does not take 1 arguments"),
        ("TIME_SERIES(1, 2)", "TIME_SERIES does not take 2 arguments"),
        ("METRICS() + METRICS()", r"Unsupported operand type\(s\) for Add: TimeSeries\[\]"),
        ("m1 + 'a'", "Unsupported operand"),
        ("5", "a time series is needed"),
        ("SUM(m1)", "a time series is needed"),
        ("ABS('a')", "ABS needs a time series and got String"),
        ("SORT(METRICS(), WRONG, ASC)", "Unknown metric: WRONG"),
        ("1 / 0 + m1", "have no result"),
        ("LOG(-1) * m1", "LOG has no result"),
        ("2 ^ 5000 * m1", "have no result"),
        ("-" * 3000 + "m1", "nested too deeply|Failed to parse"),
        ("(" * 500 + "m1" + ")" * 500, "Failed to parse"),
    ],
)
def test_what_cannot_be_computed_says_why(text, complaint):
    with pytest.raises(ExpressionError, match=complaint):
        as_series(value(text))


def test_names_and_functions_of_an_expression():
    tree = parse("IF(m1 > 0, FILL(m2, REPEAT), fill(m1, 0))")
    assert names(tree) == {"m1", "m2"}
    assert functions(tree) == {"IF", "FILL"}


WORDS = """m1 m2 none METRICS() FILL SUM IF RATE SORT SLICE
    AVG DESC REPEAT ( ) [ ] , + - * / ^ && || >
    == 0 1e308 'a' " LOG PERIOD
    DATAPOINT_COUNT TIME_SERIES SEARCH ; \\ LINEAR FIRST"""
words = st.sampled_from(WORDS.split())


@settings(max_examples=40, deadline=None)
@given(st.lists(words, max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_series_or_an_expression_error(text):
    try:
        found = as_series(value(text))
    except ExpressionError:
        return
    assert all(isinstance(one, TimeSeries) for one in found)
