from __future__ import annotations

import pytest

from harness.gate.independence import inflation


@pytest.mark.parametrize("series", [[], [True], [False] * 50, [True] * 50])
def test_a_constant_series_counts_as_independent(series):
    assert inflation(series) == 1.0


def test_exceedances_far_apart_are_independent():
    assert inflation([number % 10 == 0 for number in range(100)]) == 1.0


def test_a_burst_is_worth_less_than_its_samples():
    burst = [40 <= number < 50 for number in range(100)]
    assert inflation(burst) > 5


def test_runs_of_two_count_about_half():
    pairs = [number // 2 % 10 == 0 for number in range(400)]
    assert inflation(pairs) == pytest.approx(1.9, abs=0.15)
