from __future__ import annotations

import pytest

from harness.services.cloudwatch import statistic
from harness.services.cloudwatch.distribution import Distribution


def hundred():
    found = Distribution()
    for value in range(1, 101):
        found.add(float(value))
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SampleCount", 100),
        ("Sum", 5050),
        ("Average", 50.5),
        ("Minimum", 1),
        ("Maximum", 100),
        ("p50", 50),
        ("p99", 99),
        ("p99.5", 100),
        ("p100", 100),
        ("p0", 1),
        ("tm90", 45.5),
        ("tm(10%:90%)", 50.5),
        ("TM(:50%)", 25.5),
        ("tm(90:)", 95.5),
        ("TM(10:20)", 15.5),
        ("IQM", 50.5),
        ("iqm", 50.5),
        ("tc(10%:90%)", 80),
        ("TC(:10)", 10),
        ("ts(:10)", 55),
        ("ts90", 4095),
        ("wm(10%:90%)", 50.5),
        ("WM(20:80)", 50.3),
        ("wm98", 50.47),
        ("pr(:25)", 25),
        ("PR(25:75)", 50),
        ("tm(200:300)", None),
        ("tc(200:300)", 0),
    ],
)
def test_statistics_of_one_to_a_hundred(name, value):
    found = statistic.parse(name)
    assert found is not None
    assert found(hundred()) == (None if value is None else pytest.approx(value))


NONE = """average p p101 px tm tm101 tm(:) tm(10%:90) tm(90%:10%) pr(10%:20%) tm(10%:110%) p99. pr90
Sum() sum"""


@pytest.mark.parametrize(
    "name",
    NONE.split(),
)
def test_what_is_no_statistic(name):
    assert statistic.parse(name) is None


@pytest.mark.parametrize("name", ["p50", "tm90", "tc90", "pr(:1)", "wm(10%:20%)"])
def test_what_needs_values_is_unknown_of_statistic_sets(name):
    found = Distribution()
    found.add_statistics({"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 5})
    parsed = statistic.parse(name)
    assert parsed is not None
    assert parsed(found) is None
