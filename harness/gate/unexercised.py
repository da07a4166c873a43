"""What a verdict says nothing about, so that nobody takes a pass for more than it is (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.gate.evidence import Evidence
from harness.gate.junit import ERRED, SKIPPED
from harness.gate.verdict import Verdict

_NOT_ENFORCED = "not enforced"


@dataclass(frozen=True, slots=True)
class Gap:
    what: str
    why: str


def gaps(evidence: Evidence, verdict: Verdict) -> list[Gap]:
    """Return the behaviours that were not exercised, the broadest first."""
    return [
        *_always(),
        *_images(evidence),
        *_base(evidence),
        *_limits(evidence),
        *_goals(verdict),
        *_suite(evidence),
    ]


def _always() -> Iterator[Gap]:
    yield Gap("times on AWS", "measured on this machine against the emulated AWS")


def _images(evidence: Evidence) -> Iterator[Gap]:
    if not evidence.subject["images"]:
        yield Gap("container images", "functions ran as processes, from their directories")


def _base(evidence: Evidence) -> Iterator[Gap]:
    if evidence.base is None:
        yield Gap("comparison with a base", "none was named (--base)")


def _limits(evidence: Evidence) -> Iterator[Gap]:
    for name, state in evidence.limits.items():
        if state.startswith(_NOT_ENFORCED):
            yield Gap(f"limit: {name}", state)


def _goals(verdict: Verdict) -> Iterator[Gap]:
    for finding in verdict.findings:
        if finding.figures.get("n") == 0:
            yield Gap(f"goal: {finding.subject}", "there was no sample of it")


def _suite(evidence: Evidence) -> Iterator[Gap]:
    for scenario in evidence.suite.scenarios:
        if scenario.outcome in (SKIPPED, ERRED):
            yield Gap(f"scenario: {scenario.name}", f"{scenario.outcome}: {scenario.message}")
