"""What a goal can be about: the values that one run of the gate has of it, in the order of time.

A value that reaches a goal's limit exceeds it; what never ended is infinite. Of an event, such as a
failure, the value is infinite when it happened and 0 when it did not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.gate.documents import SUCCEEDED, Document
from harness.gate.samples import ANSWERED, Sample

SECONDS = "seconds"
EVENT = "event"
DOLLARS = "dollars"
COST = "cost.per_1000_documents"


@dataclass(frozen=True, slots=True)
class OfUploads:
    """A metric of the raw samples of the load generator."""

    kind: str
    value: Callable[[Sample], float]


@dataclass(frozen=True, slots=True)
class OfDocuments:
    """A metric of the stored documents."""

    kind: str
    value: Callable[[Document], float]


@dataclass(frozen=True, slots=True)
class OfRun:
    """A metric that the run as a whole has one value of."""

    kind: str


Metric = OfUploads | OfDocuments | OfRun


def _happened(yes: bool) -> float:  # noqa: FBT001 - the event itself
    return math.inf if yes else 0.0


def _answered(sample: Sample, seconds: float) -> float:
    return seconds if sample.outcome == ANSWERED else math.inf


LOST = "processing.lost"
METRICS: Mapping[str, Metric] = {
    "upload.latency": OfUploads(SECONDS, lambda one: _answered(one, one.latency)),
    "upload.service_time": OfUploads(SECONDS, lambda one: _answered(one, one.service_time)),
    "upload.failed": OfUploads(EVENT, lambda one: _happened(one.outcome != ANSWERED)),
    "processing.latency": OfDocuments(SECONDS, lambda one: one.processing),
    "processing.run": OfDocuments(SECONDS, lambda one: one.longest_run_s),
    "processing.failed": OfDocuments(EVENT, lambda one: _happened(one.errors > 0)),
    LOST: OfDocuments(EVENT, lambda one: _happened(one.outcome != SUCCEEDED)),
    COST: OfRun(DOLLARS),
}
