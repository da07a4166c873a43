from __future__ import annotations

import math
from dataclasses import replace

import pytest

from harness.gate.documents import UNFINISHED
from harness.gate.evidence import Load
from harness.gate.goals import Never, Stratum
from harness.gate.observations import judged, values
from harness.gate.samples import FAILED
from tests.harness.gate.handmade import PLAN, document_at, sample_at

EVERYTHING = Stratum()


def test_a_quantile_leaves_the_warm_up_out_and_never_does_not(goal, evidence):
    never = Never(
        **goal.model_dump(exclude={"method", "quantile", "limit_s", "alpha"}),
        method="never",
        limit_s=9.0,
    )
    assert len(judged(goal, EVERYTHING, evidence)) == 100
    assert len(judged(never, EVERYTHING, evidence)) == 120


def test_a_failed_upload_never_ends(evidence):
    failed = replace(sample_at(0), outcome=FAILED)
    changed = replace(evidence, load=Load(PLAN, 0, (failed, sample_at(1))))
    assert values("upload.latency", EVERYTHING, changed, 0.0) == [math.inf, pytest.approx(0.05)]
    assert values("upload.failed", EVERYTHING, changed, 0.0) == [math.inf, 0.0]


def test_sizes_split_uploads_and_documents(evidence):
    large = Load(PLAN, 0, (sample_at(0, size=10), sample_at(1, size=99)))
    changed = replace(evidence, load=large)
    assert len(values("upload.latency", Stratum(min_bytes=50), changed, 0.0)) == 1
    assert len(values("upload.latency", Stratum(max_bytes=50), changed, 0.0)) == 1
    assert values("processing.run", Stratum(min_bytes=5000), changed, 0.0) == []


def test_a_cold_start_counts_although_it_is_in_the_warm_up(evidence):
    cold = values("processing.latency", Stratum(start="cold"), evidence, 10.0)
    warm = values("processing.latency", Stratum(start="warm"), evidence, 10.0)
    assert (len(cold), len(warm)) == (1, 100)


@pytest.mark.parametrize("start", ["cold", "warm"])
def test_a_document_that_never_started_vanishes_from_no_stratum(evidence, start):
    lost = replace(document_at(30), started=None, ended=None, outcome=UNFINISHED)
    changed = replace(evidence, documents=(lost,))
    assert values("processing.latency", Stratum(start=start), changed, 0.0) == [math.inf]


def test_an_answered_upload_without_a_document_is_lost(evidence):
    changed = replace(evidence, documents=evidence.documents[:118])
    assert sum(map(math.isinf, values("processing.lost", EVERYTHING, changed, 0.0))) == 2


def test_the_run_as_a_whole_has_no_values(evidence):
    assert values("cost.per_1000_documents", EVERYTHING, evidence, 0.0) == []
