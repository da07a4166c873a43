"""Which values of the evidence a goal is about: its metric within its stratum, in order of time.

The warm-up is left out where a quantile is judged: it is what a service shows once it runs. A
failure, a loss and a run near the time-out count whenever they happen, and a cold start belongs to
the warm-up by its nature.
"""

from __future__ import annotations

import math

from harness.gate.documents import Document
from harness.gate.evidence import Evidence
from harness.gate.goals import Goal, Quantile, Stratum
from harness.gate.metrics import LOST, METRICS, OfDocuments, OfUploads
from harness.gate.samples import ANSWERED, Sample


def judged(goal: Goal, stratum: Stratum, evidence: Evidence) -> list[float]:
    """Return the values that decide a goal."""
    warm_up = evidence.load.plan.warm_up if isinstance(goal, Quantile) else 0.0
    return values(goal.metric, stratum, evidence, warm_up)


def values(metric: str, stratum: Stratum, evidence: Evidence, warm_up: float) -> list[float]:
    """Return the values of a metric after `warm_up` seconds; none if the run has but one of it."""
    match METRICS[metric]:
        case OfUploads(value=value):
            return [value(one) for one in _uploads(stratum, evidence, warm_up)]
        case OfDocuments(value=value):
            seen = [value(one) for one in _documents(stratum, evidence, warm_up)]
            return seen + _never_stored(evidence) if metric == LOST else seen
    return []


def _uploads(stratum: Stratum, evidence: Evidence, warm_up: float) -> list[Sample]:
    samples = sorted(evidence.load.samples, key=lambda one: one.intended_start)
    return [one for one in samples if one.intended_start >= warm_up and stratum.holds(one.size)]


def _documents(stratum: Stratum, evidence: Evidence, warm_up: float) -> list[Document]:
    after = 0.0 if stratum.start == "cold" else warm_up
    return [
        one
        for one in evidence.documents
        if one.stored >= after and stratum.holds(one.size) and _started(stratum, one)
    ]


def _started(stratum: Stratum, document: Document) -> bool:
    """Tell whether the document belongs to the stratum by its start; one without a start to both.

    A document that never started is neither cold nor warm, and must not vanish from both.
    """
    if stratum.start is None or document.started is None:
        return True
    return document.cold is (stratum.start == "cold")


def _never_stored(evidence: Evidence) -> list[float]:
    """Return a loss for every upload that was answered with success and left no document."""
    answered = sum(sample.outcome == ANSWERED for sample in evidence.load.samples)
    return [math.inf] * max(0, answered - len(evidence.documents))
