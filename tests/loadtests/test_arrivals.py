from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from loadtests.arrivals import arrivals


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a schedule, not a secret


@pytest.mark.parametrize(("rate", "seconds", "number"), [(2.0, 60.0, 120), (0.5, 30.0, 15)])
def test_rate_is_exact_and_order_is_that_of_time(rate, seconds, number):
    times = arrivals(rate, seconds, seeded(1))
    assert len(times) == number
    assert times == sorted(times)
    assert 0.0 <= times[0] < times[-1] <= seconds


def test_the_seed_decides():
    assert arrivals(5.0, 10.0, seeded(7)) == arrivals(5.0, 10.0, seeded(7))
    assert arrivals(5.0, 10.0, seeded(7)) != arrivals(5.0, 10.0, seeded(8))


def test_gaps_are_those_of_a_poisson_process():
    """Of exponential gaps, 1 - 1/e = 63.2 % are shorter than their mean; of even ones, none."""
    times = arrivals(100.0, 100.0, seeded(3))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    shorter = sum(gap < 0.01 for gap in gaps) / len(gaps)
    assert shorter == pytest.approx(0.632, abs=0.02)
