"""Samples and scenarios made by hand."""

from __future__ import annotations

from harness.gate.evidence import Plan
from harness.gate.junit import PASSED, Scenario
from harness.gate.samples import ANSWERED, Sample

PLAN = Plan(rate=2.0, seconds=60.0, warm_up=10.0)


def sample_at(number: int, latency: float = 0.05, lag: float = 0.001) -> Sample:
    """Return the number-th arrival of a load of `PLAN`."""
    intended = number / PLAN.rate
    return Sample(intended, intended + lag, intended + latency, 200, ANSWERED)


def scenario(name: str = "test_a.test_holds", outcome: str = PASSED, message: str = "") -> Scenario:
    return Scenario(f"scenarios.{name}", outcome, 0.5, message, {})
