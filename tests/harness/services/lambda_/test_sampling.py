from __future__ import annotations

from dataclasses import replace

import pytest

from harness.clock import ManualClock
from harness.services.lambda_.sampling import Sampling
from tests.harness.services.lambda_.examples import function

ACTIVE = replace(function(), tracing="Active")
ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793"


def test_the_first_of_a_second_and_five_percent_of_the_others():
    clock, chances = ManualClock(), iter([0.04, 0.05, 0.9])
    sampling = Sampling(clock, lambda: next(chances))
    assert [sampling.takes(ACTIVE, ROOT) for _ in range(4)] == [True, True, False, False]
    clock.advance(1.0)
    assert sampling.takes(ACTIVE, ROOT)
    assert sampling.takes(replace(ACTIVE, name="another"), ROOT)


@pytest.mark.parametrize("mode", ["Active", "PassThrough"])
@pytest.mark.parametrize("decided", [True, False])
def test_what_was_decided_before_holds(mode, decided):
    sampling = Sampling(ManualClock(), lambda: 0.0)
    header = f"{ROOT};Sampled={int(decided)}"
    assert sampling.takes(replace(ACTIVE, tracing=mode), header) is decided


def test_who_only_passes_on_begins_no_trace():
    assert not Sampling(ManualClock(), lambda: 0.0).takes(function(), ROOT)
