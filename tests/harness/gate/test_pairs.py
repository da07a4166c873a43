from __future__ import annotations

import math
from dataclasses import replace

import pytest

from harness.gate.evidence import Load, Pair, Suite
from harness.gate.goals import Goals, Regression
from harness.gate.pairs import BASE, CANDIDATE, PLAN, files, order, ratio
from harness.gate.samples import UNFINISHED
from harness.gate.verdict import Outcome, judge, judge_regression
from tests.harness.gate.handmade import NOISY, sample_at, scenario

COUNT = round(PLAN.rate * PLAN.seconds)
NO_SLOWER = Regression(
    name="no slower",
    source="a report",
    metric="upload.latency",
    quantile=0.5,
    margin=0.2,
    alpha=0.05,
)


def load(latency, *, exit_code=0, count=COUNT):
    return Load(PLAN, exit_code, tuple(sample_at(number, latency) for number in range(count)))


def pair(times):
    """Return a pair whose candidate takes so many times as long."""
    return Pair(load(0.1), load(0.1 * times))


def judged(evidence, *ratios):
    pairs = tuple(pair(times) for times in ratios)
    return judge_regression(NO_SLOWER, replace(evidence, base={}, pairs=pairs))


def test_the_first_of_a_pair_alternates():
    assert [order(number)[0] for number in range(4)] == [BASE, CANDIDATE, BASE, CANDIDATE]


def test_every_run_has_a_file_of_its_own():
    assert list(files(1)) == ["pairs/00-base/samples.csv", "pairs/00-candidate/samples.csv"]
    assert len(set(files(20))) == 40


def test_a_ratio_is_the_candidate_in_units_of_the_base():
    assert ratio(pair(1.5), "upload.latency", 0.5) == pytest.approx(1.5)


@pytest.mark.parametrize(
    "base",
    [
        load(0.1, exit_code=1),
        load(0.1, exit_code=None),
        load(0.1, count=COUNT - 1),
        load(0.1, count=0),
    ],
    ids=["crashed", "killed", "incomplete", "empty"],
)
def test_a_run_that_did_not_go_as_declared_says_nothing(base):
    assert ratio(Pair(base, load(0.1)), "upload.latency", 0.5) is None
    assert ratio(Pair(load(0.1), base), "upload.latency", 0.5) is None


def test_a_candidate_that_does_not_answer_is_infinitely_slower_and_a_base_no_measure():
    silent = load(0.1)
    silent = replace(
        silent, samples=tuple(replace(one, outcome=UNFINISHED) for one in silent.samples)
    )
    assert ratio(Pair(load(0.1), silent), "upload.latency", 0.5) == math.inf
    assert ratio(Pair(silent, load(0.1)), "upload.latency", 0.5) is None


@pytest.mark.parametrize(
    ("ratios", "outcome"),
    [
        ([1.0] * 8, Outcome.PASS),
        ([1.0] * 7 + [3.0], Outcome.PASS),
        ([1.0] * 6 + [3.0] * 2, Outcome.INCONCLUSIVE),
        ([1.0] + [1.5] * 7, Outcome.FAIL),
        ([1.0] * 2 + [1.5] * 6, Outcome.INCONCLUSIVE),
        ([1.0] * 5, Outcome.PASS),
        ([1.0] * 4, Outcome.INCONCLUSIVE),
        ([], Outcome.INCONCLUSIVE),
    ],
)
def test_the_median_of_the_ratios_is_judged_by_its_exact_interval(evidence, ratios, outcome):
    finding = judged(evidence, *ratios)
    assert finding.outcome == outcome
    assert finding.figures["n"] == len(ratios)


def test_within_the_margin_is_no_regression(evidence):
    assert judged(evidence, *[1.19] * 8).outcome == Outcome.PASS


def test_on_a_disturbed_machine_slower_is_not_proven(evidence):
    finding = judged(replace(evidence, host=NOISY), *[2.0] * 8)
    assert finding.outcome == Outcome.INCONCLUSIVE
    assert "waited for a CPU" in finding.reason


def test_a_comparison_is_judged_only_when_there_was_one(goals, evidence):
    declared = Goals(goal=goals.goal, regression=[NO_SLOWER])
    seen = replace(evidence, suite=Suite(0, (scenario(),)))
    assert "no slower" not in [one.subject for one in judge(declared, seen).findings]
    slower = replace(seen, base={}, pairs=tuple(pair(2.0) for _ in range(8)))
    verdict = judge(declared, slower)
    assert verdict.findings[-1].subject == "no slower"
    assert verdict.outcome == Outcome.FAIL
