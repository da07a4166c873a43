from __future__ import annotations

from dataclasses import replace

import pytest

from harness.gate.evidence import Load, Plan, Suite
from harness.gate.goals import Goals
from harness.gate.junit import ERRED, FAILED, SKIPPED
from harness.gate.samples import DROPPED, UNFINISHED
from harness.gate.samples import FAILED as NOT_PROMISED
from harness.gate.verdict import Finding, Outcome, Verdict, judge, judge_goal, judge_suite
from tests.harness.gate.handmade import PLAN, sample_at, scenario


def with_outcome(samples, outcome, *numbers):
    """Return the load in which the numbered arrivals ended differently."""
    changed = [
        replace(sample, outcome=outcome) if number in numbers else sample
        for number, sample in enumerate(samples)
    ]
    return Load(PLAN, 0, tuple(changed))


def test_fast_uploads_and_passed_scenarios_pass(goals, evidence):
    assert judge(goals, evidence).outcome == Outcome.PASS


def test_figures_are_those_after_the_warm_up(goal, load):
    figures = judge_goal(goal, load).figures
    assert figures["n"] == 100
    assert figures["quantile_s"] == pytest.approx(0.05)
    assert figures["exceedance_bounds"][1] == pytest.approx(1 - 0.05 ** (1 / 100))


def test_a_slow_warm_up_is_not_judged(goal, samples):
    slow_start = [sample_at(number, latency=9.0) for number in range(20)]
    assert judge_goal(goal, Load(PLAN, 0, (*slow_start, *samples[20:]))).outcome == Outcome.PASS


@pytest.mark.parametrize(
    ("exceedances", "outcome"),
    [
        (1, Outcome.PASS),
        (2, Outcome.INCONCLUSIVE),
        (9, Outcome.INCONCLUSIVE),
        (10, Outcome.FAIL),
    ],
)
def test_decides_by_the_exact_bound(goal, samples, exceedances, outcome):
    for number in range(20, 20 + exceedances):
        samples[number] = sample_at(number, latency=goal.limit_s)
    assert judge_goal(goal, Load(PLAN, 0, tuple(samples))).outcome == outcome


@pytest.mark.parametrize("outcome", [DROPPED, NOT_PROMISED, UNFINISHED])
def test_what_was_not_answered_well_is_too_slow_however_fast(goal, samples, outcome):
    finding = judge_goal(goal, with_outcome(samples, outcome, *range(30, 45)))
    assert finding.outcome == Outcome.FAIL
    assert finding.figures["exceedances"] == 15
    assert finding.figures["quantile_s"] == float("inf")


def test_too_few_samples_are_inconclusive(goal):
    plan = Plan(rate=2.0, seconds=29.0, warm_up=0.0)
    load = Load(plan, 0, tuple(sample_at(number) for number in range(58)))
    assert judge_goal(goal, load).outcome == Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("samples", "exit_code", "reason"),
    [
        ([], 0, "no samples"),
        ([sample_at(number) for number in range(120)], 1, "ended early"),
        ([sample_at(number) for number in range(120)], None, "ended early"),
        ([sample_at(number) for number in range(113)], 0, "arrivals/s instead of the declared 2"),
        ([sample_at(number) for number in range(127)], 0, "arrivals/s instead of the declared 2"),
        ([sample_at(number, lag=0.3, latency=0.4) for number in range(120)], 0, "saturated"),
    ],
)
def test_a_generator_in_doubt_is_inconclusive(goal, samples, exit_code, reason):
    finding = judge_goal(goal, Load(PLAN, exit_code, tuple(samples)))
    assert finding.outcome == Outcome.INCONCLUSIVE
    assert reason in finding.reason


def test_a_saturated_generator_does_not_fail_the_service(goal):
    late = tuple(sample_at(number, lag=6.0, latency=6.1) for number in range(120))
    assert judge_goal(goal, Load(PLAN, 0, late)).outcome == Outcome.INCONCLUSIVE


def test_a_failed_scenario_fails(goals, evidence):
    suite = Suite(1, (scenario(), scenario("test_b.test_breaks", FAILED, "no")))
    verdict = judge(goals, replace(evidence, suite=suite))
    assert verdict.outcome == Outcome.FAIL


@pytest.mark.parametrize(
    ("suite", "reason"),
    [
        (Suite(0, ()), "no scenario ran"),
        (Suite(1, (scenario(), scenario("test_b.test_x", ERRED))), "could not be carried out"),
        (Suite(5, ()), "ended early"),
        (Suite(None, (scenario(),)), "ended early"),
        (Suite(0, (scenario(), scenario("test_b.test_x", SKIPPED))), "1 scenarios were skipped"),
        (Suite(0, (scenario("test_corpus.test_x", SKIPPED),)), "no scenario ran"),
    ],
)
def test_scenarios_that_did_not_run_are_inconclusive(goals, suite, reason):
    finding = judge_suite(goals, suite)
    assert finding.outcome == Outcome.INCONCLUSIVE
    assert reason in finding.reason


def test_a_waived_scenario_may_be_skipped_and_is_listed(goals):
    suite = Suite(0, (scenario(), scenario("test_corpus.test_x", SKIPPED)))
    finding = judge_suite(goals, suite)
    assert finding.outcome == Outcome.PASS
    assert finding.figures["skipped"] == ["scenarios.test_corpus.test_x"]


def test_the_worst_finding_wins():
    findings = [Finding("x", outcome, "") for outcome in Outcome]
    assert Verdict(tuple(findings)).outcome == Outcome.FAIL
    assert Verdict(tuple(findings[:2])).outcome == Outcome.INCONCLUSIVE
    assert Verdict(()).outcome == Outcome.INCONCLUSIVE


def test_every_goal_is_judged(goal, goals, evidence):
    strict = goal.model_copy(update={"name": "strict", "limit_s": 0.04})
    verdict = judge(Goals(goal=[goal, strict]), evidence)
    assert [finding.subject for finding in verdict.findings] == ["Scenarios", "quick", "strict"]
    assert verdict.outcome == Outcome.FAIL
