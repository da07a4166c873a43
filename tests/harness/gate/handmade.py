"""Samples, documents and scenarios made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.gate import documents, goals, reports, stored
from harness.gate.documents import SUCCEEDED, Document
from harness.gate.evidence import (
    DOCUMENTS_FILE,
    SAMPLES_FILE,
    SCENARIOS_FILE,
    Evidence,
    Load,
    Plan,
    Suite,
)
from harness.gate.goals import Prices
from harness.gate.host import Host, Probe
from harness.gate.judgement import Judgement
from harness.gate.junit import PASSED, Scenario
from harness.gate.samples import ANSWERED, Recorder, Sample
from harness.gate.usage import Usage

PLAN = Plan(rate=2.0, seconds=60.0, warm_up=10.0)
QUIET = Probe(probe_s=0.02, pressure=1.0, load_average=0.5)
SCENARIOS = """<testsuite>
<testcase classname="scenarios.test_a" name="test_holds" time="0.5"/>
</testsuite>"""
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


def seen_during(load: Load) -> Evidence:
    """Return the evidence of a quiet run in which every document was processed."""
    return Evidence(
        subject={
            "commit": "0" * 40,
            "dirty": False,
            "runtime": "process",
            "images": {},
            "sha256": {"template": "1" * 64},
        },
        machine={"cpu": "a cpu", "cores": 2, "kernel": "a kernel"},
        host=Host(QUIET, QUIET),
        limits={"memory": "enforced", "IAM": "not enforced: --iam off"},
        seed=1,
        load=load,
        documents=tuple(document_at(number, cold=number == 0) for number in range(120)),
        usage=Usage(gb_seconds=60.0, invocations=240, api_requests=120, tokens={"model": 1000}),
        suite=Suite(0, (scenario(),)),
    )


def leave(directory: Path, evidence: Evidence, goals_text: str) -> None:
    """Write what a gate with that evidence leaves in its directory."""
    recorder = Recorder(directory / SAMPLES_FILE)
    for sample in evidence.load.samples:
        recorder.write(sample)
    recorder.close()
    documents.write(directory / DOCUMENTS_FILE, evidence.documents)
    (directory / SCENARIOS_FILE).write_text(SCENARIOS, encoding="utf-8")
    (directory / stored.GOALS_FILE).write_text(goals_text, encoding="utf-8")
    stored.save(directory, evidence)
    declared = goals.load(directory / stored.GOALS_FILE)
    reports.write(directory, Judgement.of(declared, stored.load(directory)))
