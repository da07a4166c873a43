"""Samples, documents and scenarios made by hand."""

from __future__ import annotations

from dataclasses import replace

from harness.gate.documents import SUCCEEDED, Document
from harness.gate.evidence import Plan
from harness.gate.goals import Prices
from harness.gate.host import Host, Probe
from harness.gate.junit import PASSED, Scenario
from harness.gate.samples import ANSWERED, Sample

PLAN = Plan(rate=2.0, seconds=60.0, warm_up=10.0)
QUIET = Probe(probe_s=0.02, pressure=1.0, load_average=0.5)
NOISY = Host(QUIET, replace(QUIET, pressure=60.0))
PRICES = Prices(
    region="r",
    as_of="d",
    source="s",
    lambda_gb_second=0.00002,
    million_invocations=0.2,
    million_api_requests=1.0,
    thousand_s3_writes=0.005,
    thousand_s3_reads=0.0004,
    million_tokens={"embed": 0.12},
)


def sample_at(number: int, latency: float = 0.05, lag: float = 0.001, size: int = 2000) -> Sample:
    """Return the number-th arrival of a load of `PLAN`."""
    intended = number / PLAN.rate
    return Sample(intended, intended + lag, intended + latency, 200, size, ANSWERED)


def document_at(number: int, seconds: float = 0.5, *, cold: bool = False) -> Document:
    """Return the document of the number-th arrival, processed `seconds` after it was stored."""
    stored = number / PLAN.rate
    return Document(
        size=2000,
        stored=stored,
        started=stored + 0.1,
        ended=stored + seconds,
        cold=cold,
        init_s=0.05 if cold else 0.0,
        longest_run_s=seconds - 0.1,
        runs=1,
        errors=0,
        outcome=SUCCEEDED,
    )


def scenario(name: str = "test_a.test_holds", outcome: str = PASSED, message: str = "") -> Scenario:
    return Scenario(f"scenarios.{name}", outcome, 0.5, message, {})
