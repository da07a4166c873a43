"""What one run of the gate saw: the only thing, beside the goals, that a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.gate import junit, samples
from harness.gate.documents import Document
from harness.gate.host import Host
from harness.gate.junit import Scenario
from harness.gate.samples import Sample
from harness.gate.usage import Usage

SCENARIOS_FILE = "scenarios.xml"
SAMPLES_FILE = "samples.csv"
DOCUMENTS_FILE = "documents.csv"


@dataclass(frozen=True, slots=True)
class Plan:
    """A load test as declared: arrivals per second, its length and what warms up, in seconds."""

    rate: float
    seconds: float
    warm_up: float


@dataclass(frozen=True, slots=True)
class Load:
    """A load test as it ran; `exit_code` is the generator's, None when it had to be killed."""

    plan: Plan
    exit_code: int | None
    samples: tuple[Sample, ...]

    @property
    def measured(self) -> tuple[Sample, ...]:
        """Return the samples that count: those intended after the warm-up."""
        return tuple(
            sample for sample in self.samples if sample.intended_start >= self.plan.warm_up
        )


@dataclass(frozen=True, slots=True)
class Suite:
    """The scenarios as they ran; `exit_code` is pytest's, None when it had to be killed."""

    exit_code: int | None
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The same load on base and candidate, one right after the other."""

    base: Load
    candidate: Load


@dataclass(frozen=True, slots=True)
class Evidence:
    """`subject`: what was tried; `machine`: where, and `host` how quiet it was; `limits`: what the
    environment enforced, in words; `seed`: of arrivals and documents. `base`: the subject that the
    pairs compare with, None without any.
    """

    subject: dict[str, Any]
    machine: dict[str, Any]
    host: Host
    limits: dict[str, str]
    seed: int
    load: Load
    documents: tuple[Document, ...]
    usage: Usage
    suite: Suite
    base: dict[str, Any] | None = None
    pairs: tuple[Pair, ...] = ()


def read_load(directory: Path, plan: Plan, exit_code: int | None) -> Load:
    return Load(plan, exit_code, samples.read(directory / SAMPLES_FILE))


def read_suite(directory: Path, exit_code: int | None) -> Suite:
    return Suite(exit_code, junit.read(directory / SCENARIOS_FILE))
