from __future__ import annotations

from scenarios.demo.figures import Figure, of_uploads


def test_a_figure_is_met_up_to_its_limit():
    assert Figure("x", 3.0, 3.0, "s").met
    assert not Figure("x", 3.1, 3.0, "s").met


def test_what_was_not_measured_is_not_met():
    assert not Figure("x", None, 3.0, "s").met


def test_uploads_are_shown_by_quantile_and_number():
    median, p95 = of_uploads([float(number) for number in range(1, 21)])
    assert (median.value, p95.value) == (10.0, 19.0)
    assert "20" in median.name
