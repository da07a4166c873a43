from __future__ import annotations

from dataclasses import replace

import pytest

from harness.gate.documents import DROPPED as GIVEN_UP
from harness.gate.evidence import Load, Plan, Suite
from harness.gate.goals import Goals, Never, Share, Total
from harness.gate.junit import ERRED, FAILED, SKIPPED
from harness.gate.samples import DROPPED, UNFINISHED
from harness.gate.samples import FAILED as NOT_PROMISED
from harness.gate.verdict import Finding, Outcome, Verdict, judge, judge_goal, judge_suite
from tests.harness.gate.handmade import NOISY, PLAN, PRICES, document_at, sample_at, scenario

FAR_APART = 7  # exceedances that follow one another are not independent


def judged(goal, load, evidence):
    """Return the finding on one goal of evidence with another load."""
    return judge_goal(goal, Goals(goal=[goal]), replace(evidence, load=load))


def with_outcome(samples, outcome, *numbers):
    """Return the load in which the numbered arrivals ended differently."""
    changed = [
        replace(sample, outcome=outcome) if number in numbers else sample
        for number, sample in enumerate(samples)
    ]
    return Load(PLAN, 0, tuple(changed))


def test_fast_uploads_and_passed_scenarios_pass(goals, evidence):
    assert judge(goals, evidence).outcome == Outcome.PASS


def test_figures_are_those_after_the_warm_up(goal, load, evidence):
    figures = judged(goal, load, evidence).figures
    assert figures["n"] == 100
    assert figures["quantile_s"] == pytest.approx(0.05)
    assert figures["exceedance_bounds"][1] == pytest.approx(1 - 0.05 ** (1 / 100))


def test_a_slow_warm_up_is_not_judged(goal, samples, evidence):
    slow_start = [sample_at(number, latency=9.0) for number in range(20)]
    load = Load(PLAN, 0, (*slow_start, *samples[20:]))
    assert judged(goal, load, evidence).outcome == Outcome.PASS


@pytest.mark.parametrize(
    ("exceedances", "outcome"),
    [
        (1, Outcome.PASS),
        (2, Outcome.INCONCLUSIVE),
        (9, Outcome.INCONCLUSIVE),
        (10, Outcome.FAIL),
    ],
)
def test_decides_by_the_exact_bound(goal, samples, evidence, exceedances, outcome):
    for number in range(20, 20 + exceedances * FAR_APART, FAR_APART):
        samples[number] = sample_at(number, latency=goal.limit_s)
    assert judged(goal, Load(PLAN, 0, tuple(samples)), evidence).outcome == outcome


def test_one_burst_is_not_as_many_failures_as_it_has_samples(goal, samples, evidence):
    for number in range(60, 70):
        samples[number] = sample_at(number, latency=goal.limit_s)
    finding = judged(goal, Load(PLAN, 0, tuple(samples)), evidence)
    assert finding.figures["exceedances"] == 10
    assert finding.outcome == Outcome.INCONCLUSIVE


@pytest.mark.parametrize("outcome", [DROPPED, NOT_PROMISED, UNFINISHED])
def test_what_was_not_answered_well_is_too_slow_however_fast(goal, samples, evidence, outcome):
    load = with_outcome(samples, outcome, *range(20, 120, FAR_APART))
    finding = judged(goal, load, evidence)
    assert finding.outcome == Outcome.FAIL
    assert finding.figures["exceedances"] == 15
    assert finding.figures["quantile_s"] == float("inf")


def test_too_few_samples_are_inconclusive(goal, evidence):
    plan = Plan(rate=2.0, seconds=29.0, warm_up=0.0)
    load = Load(plan, 0, tuple(sample_at(number) for number in range(58)))
    assert judged(goal, load, evidence).outcome == Outcome.INCONCLUSIVE


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
def test_a_generator_in_doubt_is_inconclusive(goal, evidence, samples, exit_code, reason):
    finding = judged(goal, Load(PLAN, exit_code, tuple(samples)), evidence)
    assert finding.outcome == Outcome.INCONCLUSIVE
    assert reason in finding.reason


def test_a_saturated_generator_does_not_fail_the_service(goal, evidence):
    late = tuple(sample_at(number, lag=6.0, latency=6.1) for number in range(120))
    assert judged(goal, Load(PLAN, 0, late), evidence).outcome == Outcome.INCONCLUSIVE


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


def share(**changes):
    fields = {"name": "failures", "source": "a report", "stratum": "all", "method": "share"}
    return Share(**fields, metric="processing.failed", limit=0.05, alpha=0.05, **changes)


def never(metric, **changes):
    fields = {"name": "never", "source": "a report", "stratum": "all", "method": "never"}
    return Never(**fields, metric=metric, **changes)


def total(limit_usd, **changes):
    fields = {"name": "cost", "source": "a report", "stratum": "all", "method": "total"}
    return Total(**fields, metric="cost.per_1000_documents", limit_usd=limit_usd, **changes)


def on_documents(goal, evidence, *documents):
    changed = replace(evidence, documents=(*documents, *evidence.documents[len(documents) :]))
    return judge_goal(goal, Goals(goal=[goal]), changed)


@pytest.mark.parametrize(
    ("errors", "outcome"), [(0, Outcome.PASS), (2, Outcome.INCONCLUSIVE), (17, Outcome.FAIL)]
)
def test_a_share_of_failures_is_judged_by_its_bound(evidence, errors, outcome):
    documents = [
        replace(one, errors=number % FAR_APART == 0 and number < errors * FAR_APART)
        for number, one in enumerate(evidence.documents)
    ]
    finding = on_documents(share(), evidence, *documents)
    assert finding.outcome == outcome
    assert finding.figures["n"] == 120


def test_one_run_near_the_time_out_is_one_too_many(evidence):
    goal = never("processing.run", limit_s=290.0)
    assert on_documents(goal, evidence).outcome == Outcome.PASS
    slow = replace(document_at(0), longest_run_s=290.0)
    finding = on_documents(goal, evidence, slow)
    assert finding.outcome == Outcome.FAIL
    assert finding.reason == "1 of 120 took 290 s or longer, or failed: none may"


def test_one_lost_document_fails_and_so_does_one_that_was_never_stored(evidence):
    goal = never("processing.lost")
    given_up = replace(document_at(0), outcome=GIVEN_UP)
    assert on_documents(goal, evidence, given_up).reason == "1 of 120 were lost: none may"
    fewer = replace(evidence, documents=evidence.documents[1:])
    assert judge_goal(goal, Goals(goal=[goal]), fewer).outcome == Outcome.FAIL


def test_no_sample_of_a_stratum_is_no_pass(goals, evidence):
    goal = never("processing.latency", limit_s=60.0).model_copy(update={"stratum": "cold"})
    warm = replace(evidence, documents=evidence.documents[1:])
    assert judge_goal(goal, goals, evidence).outcome == Outcome.PASS
    finding = judge_goal(goal, goals, warm)
    assert (finding.outcome, finding.reason) == (Outcome.INCONCLUSIVE, "no samples")


def test_fewer_samples_than_demanded_are_no_pass_but_may_fail(evidence):
    goal = never("processing.run", limit_s=290.0, minimum_samples=121)
    finding = on_documents(goal, evidence)
    assert (finding.outcome, "at least 121" in finding.reason) == (Outcome.INCONCLUSIVE, True)
    slow = replace(document_at(0), longest_run_s=300.0)
    assert on_documents(goal, evidence, slow).outcome == Outcome.FAIL


@pytest.mark.parametrize(("limit", "outcome"), [(3.0, Outcome.FAIL), (100.0, Outcome.PASS)])
def test_the_run_is_priced_for_a_thousand_documents(evidence, limit, outcome):
    goal = total(limit)
    usage = replace(evidence.usage, tokens={"embed": 10_000_000})
    declared = Goals(goal=[goal], prices=PRICES)
    finding = judge_goal(goal, declared, replace(evidence, usage=usage))
    expected = (60 * 0.00002 + 240 * 0.2e-6 + 120 * 1e-6 + 1.2) * 1000 / 120
    assert finding.figures["total_usd"] == pytest.approx(expected)
    assert finding.outcome == outcome


def test_a_model_without_a_price_and_a_run_without_documents_cost_nothing_known(evidence):
    declared = Goals(goal=[total(100.0)], prices=PRICES)
    unpriced = judge_goal(declared.goal[0], declared, evidence)
    empty = judge_goal(declared.goal[0], declared, replace(evidence, documents=()))
    assert "no price for tokens of model" in unpriced.reason
    assert {unpriced.outcome, empty.outcome} == {Outcome.INCONCLUSIVE}


def test_a_pass_of_a_service_that_slows_down_does_not_stand(goal, evidence):
    slowing = tuple(sample_at(number, latency=number / 100) for number in range(120))
    finding = judged(goal, Load(PLAN, 0, slowing), evidence)
    assert (finding.outcome, "median grew" in finding.reason) == (Outcome.INCONCLUSIVE, True)


def test_on_a_disturbed_machine_a_pass_stands_and_a_miss_does_not(goal, load, evidence):
    noisy = replace(evidence, host=NOISY)
    assert judged(goal, load, noisy).outcome == Outcome.PASS
    slow = tuple(sample_at(number, latency=6.0) for number in range(120))
    finding = judged(goal, Load(PLAN, 0, slow), noisy)
    assert (finding.outcome, "waited for a CPU" in finding.reason) == (Outcome.INCONCLUSIVE, True)
    assert judged(goal, Load(PLAN, 0, slow), evidence).outcome == Outcome.FAIL


def test_a_disturbed_machine_excuses_no_lost_document(evidence):
    noisy = replace(evidence, host=NOISY)
    given_up = replace(document_at(0), outcome=GIVEN_UP)
    assert on_documents(never("processing.lost"), noisy, given_up).outcome == Outcome.FAIL


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_exit_code(outcome):
    assert outcome.exit_code == {"pass": 0, "fail": 1, "inconclusive": 3}[outcome]


def test_zero_requests_pass_no_goal(evidence):
    goals = [share(), never("processing.lost"), never("processing.run", limit_s=1.0), total(1.0)]
    nothing = replace(evidence, load=Load(PLAN, 0, ()), documents=())
    declared = Goals(goal=goals, prices=PRICES)
    outcomes = {judge_goal(goal, declared, nothing).outcome for goal in goals}
    assert outcomes == {Outcome.INCONCLUSIVE}
