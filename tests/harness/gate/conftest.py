"""Evidence made by hand, to be changed by the test that judges it."""

from __future__ import annotations

import pytest

from harness.gate.evidence import Evidence, Load
from harness.gate.goals import Goals, Quantile, Stratum, Waiver
from harness.gate.samples import Sample
from tests.harness.gate.handmade import PLAN, leave, sample_at, seen_during
from tests.harness.gate.test_goals import GOAL


@pytest.fixture
def goal() -> Quantile:
    return Quantile(
        name="quick",
        source="a report",
        metric="upload.latency",
        stratum="all",
        method="quantile",
        quantile=0.95,
        limit_s=5.0,
        alpha=0.05,
    )


@pytest.fixture
def goals(goal) -> Goals:
    return Goals(
        goal=[goal],
        stratum={"cold": Stratum(start="cold"), "warm": Stratum(start="warm")},
        may_skip=[Waiver(scenario="scenarios.test_corpus", reason="absent")],
    )


@pytest.fixture
def samples() -> list[Sample]:
    """A full load of 120 arrivals, the first 20 within the warm-up."""
    return [sample_at(number) for number in range(120)]


@pytest.fixture
def load(samples) -> Load:
    return Load(PLAN, 0, tuple(samples))


@pytest.fixture
def evidence(load) -> Evidence:
    return seen_during(load)


@pytest.fixture
def directory(tmp_path, evidence):
    """A directory as a gate that passed leaves it."""
    leave(tmp_path, evidence, GOAL)
    return tmp_path
