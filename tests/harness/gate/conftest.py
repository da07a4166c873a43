"""Evidence made by hand, to be changed by the test that judges it."""

from __future__ import annotations

import pytest

from harness.gate.evidence import Evidence, Load, Suite
from harness.gate.goals import Goal, Goals, Waiver
from harness.gate.samples import Sample
from tests.harness.gate.handmade import PLAN, sample_at, scenario


@pytest.fixture
def goal() -> Goal:
    return Goal(
        name="quick",
        source="a report",
        metric="upload.latency",
        quantile=0.95,
        limit_s=5.0,
        alpha=0.05,
    )


@pytest.fixture
def goals(goal) -> Goals:
    return Goals(goal=[goal], may_skip=[Waiver(scenario="scenarios.test_corpus", reason="absent")])


@pytest.fixture
def samples() -> list[Sample]:
    """A full load of 120 arrivals, the first 20 within the warm-up."""
    return [sample_at(number) for number in range(120)]


@pytest.fixture
def load(samples) -> Load:
    return Load(PLAN, 0, tuple(samples))


@pytest.fixture
def evidence(load) -> Evidence:
    return Evidence(
        subject={"commit": "0" * 40, "dirty": False, "runtime": "process", "image": None},
        machine={"cpu": "a cpu", "cores": 2, "load_average": [0.5, 0.5, 0.5]},
        seed=1,
        load=load,
        suite=Suite(0, (scenario(),)),
    )
