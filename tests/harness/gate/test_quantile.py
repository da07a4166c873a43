from __future__ import annotations

import pytest

from harness.gate.quantile import quantile


@pytest.mark.parametrize(("q", "value"), [(0.5, 50.0), (0.95, 95.0), (0.07, 7.0), (0.999, 100.0)])
def test_is_the_nearest_rank(q, value):
    assert quantile([float(number) for number in range(1, 101)], q) == value


def test_does_not_depend_on_order():
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0


def test_of_nothing_is_none():
    assert quantile([], 0.5) is None
