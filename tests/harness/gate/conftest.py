"""Evidence made by hand, to be changed by the test that judges it."""

from __future__ import annotations

import pytest

from harness.gate import documents, reports, stored
from harness.gate.evidence import (
    DOCUMENTS_FILE,
    SAMPLES_FILE,
    SCENARIOS_FILE,
    Evidence,
    Load,
    Suite,
)
from harness.gate.goals import Goals, Quantile, Stratum, Waiver
from harness.gate.goals import load as read_goals
from harness.gate.host import Host
from harness.gate.judgement import Judgement
from harness.gate.samples import Recorder, Sample
from harness.gate.usage import Usage
from tests.harness.gate.handmade import PLAN, QUIET, document_at, sample_at, scenario
from tests.harness.gate.test_goals import GOAL

SCENARIOS = """<testsuite>
<testcase classname="scenarios.test_a" name="test_holds" time="0.5"/>
</testsuite>"""


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


@pytest.fixture
def directory(tmp_path, evidence):
    """A directory as a gate that passed leaves it."""
    recorder = Recorder(tmp_path / SAMPLES_FILE)
    for sample in evidence.load.samples:
        recorder.write(sample)
    recorder.close()
    documents.write(tmp_path / DOCUMENTS_FILE, evidence.documents)
    (tmp_path / SCENARIOS_FILE).write_text(SCENARIOS, encoding="utf-8")
    (tmp_path / stored.GOALS_FILE).write_text(GOAL, encoding="utf-8")
    stored.save(tmp_path, evidence)
    declared = read_goals(tmp_path / stored.GOALS_FILE)
    reports.write(tmp_path, Judgement.of(declared, stored.load(tmp_path)))
    return tmp_path
