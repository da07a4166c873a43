from __future__ import annotations

import pytest

from harness.gate.binomial import at_most, lower_bound, quantile_ranks, upper_bound

P95 = 0.05  # p95 < T means that T is exceeded with a probability below 0.05


@pytest.mark.parametrize(
    ("n", "most_for_pass", "least_for_fail"),
    [(59, 0, 7), (100, 1, 10), (200, 4, 16), (300, 8, 22), (500, 16, 34), (1000, 38, 63)],
)
def test_decides_where_the_published_table_does(n, most_for_pass, least_for_fail):
    assert upper_bound(most_for_pass, n, 0.05) <= P95 < upper_bound(most_for_pass + 1, n, 0.05)
    assert lower_bound(least_for_fail, n, 0.05) > P95 >= lower_bound(least_for_fail - 1, n, 0.05)


@pytest.mark.parametrize(
    ("allowed", "alpha", "n"),
    [(0.05, 0.05, 59), (0.10, 0.05, 29), (0.01, 0.05, 299), (0.05, 0.01, 90), (0.01, 0.01, 459)],
)
def test_needs_a_minimum_of_samples_for_any_pass(allowed, alpha, n):
    assert upper_bound(0, n, alpha) <= allowed < upper_bound(0, n - 1, alpha)


def test_bounds_of_no_exceedances_have_a_closed_form():
    assert upper_bound(0, 300, 0.05) == pytest.approx(1 - 0.05 ** (1 / 300), abs=1e-12)
    assert lower_bound(0, 300, 0.05) == 0.0


def test_bounds_of_nothing_but_exceedances():
    assert upper_bound(20, 20, 0.05) == 1.0
    assert lower_bound(20, 20, 0.05) == pytest.approx(0.05 ** (1 / 20), abs=1e-12)


def test_bounds_enclose_the_estimate_and_narrow_with_samples():
    few = upper_bound(5, 100, 0.05) - lower_bound(5, 100, 0.05)
    many = upper_bound(50, 1000, 0.05) - lower_bound(50, 1000, 0.05)
    assert lower_bound(5, 100, 0.05) < 0.05 < upper_bound(5, 100, 0.05)
    assert many < few


@pytest.mark.parametrize("p", [0.0, 0.05, 0.5, 0.999, 1.0])
def test_cumulates_to_one(p):
    assert at_most(40, 40, p) == 1.0
    assert at_most(-1, 40, p) == 0.0


def test_agrees_with_counting_by_hand():
    assert at_most(1, 3, 0.5) == pytest.approx(4 / 8)
    assert at_most(2, 4, 0.25) == pytest.approx((81 + 108 + 54) / 256)


@pytest.mark.parametrize(
    ("n", "rank"), [(59, 59), (100, 99), (200, 196), (300, 292), (500, 484), (1000, 962)]
)
def test_ranks_that_bound_the_p95_from_above(n, rank):
    assert quantile_ranks(n, 0.95, 0.05)[1] == rank


def test_too_few_samples_do_not_bound_the_quantile():
    assert quantile_ranks(58, 0.95, 0.05)[1] is None
    assert quantile_ranks(0, 0.95, 0.05) == (None, None)
