from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.services.cloudwatch.distribution import LIMIT, Distribution
from harness.services.cloudwatch.statistic import percentile

numbers = st.floats(-1e6, 1e6)


def of(values):
    found = Distribution()
    for value in values:
        found.add(value)
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=200))
def test_totals_are_those_of_the_values(values):
    found = of(values)
    assert found.count == len(values)
    assert found.sum == pytest.approx(math.fsum(values), abs=1e-3)
    assert (found.minimum, found.maximum) == (min(values), max(values))


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=200), st.integers(1, 100))
def test_percentiles_of_few_values_are_exact(values, percent):
    wanted = sorted(values)[math.ceil(len(values) * percent / 100 - 1e-9) - 1]
    assert percentile(of(values), percent) == wanted


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers, max_size=50), st.lists(numbers, max_size=50))
def test_merged_is_as_if_added_together(first, second):
    found, together = of(first), of(first + second)
    found.merge(of(second))
    assert found.values == together.values
    assert (found.count, found.minimum, found.maximum) == (
        together.count,
        together.minimum,
        together.maximum,
    )


def test_any_number_of_values_takes_bounded_memory_and_percentiles_stay_near():
    values = [1 + number * 0.0371 for number in range(50_000)]
    found = of(values)
    assert len(found.values) <= LIMIT
    assert sum(found.values.values()) == found.count == 50_000
    for percent in (1, 50, 95, 99, 99.9):
        wanted = values[math.ceil(len(values) * percent / 100) - 1]
        assert percentile(found, percent) == pytest.approx(wanted, rel=0.02)


def test_bounded_whatever_the_values_are():
    found = of([10.0**exponent * number for exponent in range(-80, 80) for number in range(1, 9)])
    assert len(found.values) <= LIMIT


def test_a_statistic_set_has_totals_but_no_percentiles():
    found = Distribution()
    found.add_statistics({"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 5})
    assert (found.count, found.sum, found.minimum, found.maximum) == (4, 10, 1, 5)
    assert percentile(found, 50) is None


@pytest.mark.parametrize("count", [1, 3])
def test_a_statistic_set_of_equal_values_has_both(count):
    found = Distribution()
    found.add_statistics({"SampleCount": count, "Sum": 2 * count, "Minimum": 2, "Maximum": 2})
    assert percentile(found, 50) == 2
