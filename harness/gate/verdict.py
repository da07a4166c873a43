"""judge(goals, evidence) -> Verdict: pure, of three values, the worst finding wins.

What was not measured never passes: no samples, no scenarios, a generator that fell behind or did
not end by itself are inconclusive. A dropped, failed or unfinished request counts as too slow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from harness.gate import binomial, junit
from harness.gate.evidence import Evidence, Load, Suite
from harness.gate.goals import Goal, Goals
from harness.gate.quantile import quantile
from harness.gate.samples import ANSWERED, MEASURES, Sample

RATE_TOLERANCE = 0.05
LAG_TOLERANCE = 0.05  # of the goal's limit


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"


_WORSE = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement; `figures` are the numbers behind `reason`, None where there is no number."""

    subject: str
    outcome: Outcome
    reason: str
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        outcomes = [finding.outcome for finding in self.findings] or [Outcome.INCONCLUSIVE]
        return max(outcomes, key=_WORSE.index)


def judge(goals: Goals, evidence: Evidence) -> Verdict:
    latencies = [judge_goal(goal, evidence.load) for goal in goals.goal]
    return Verdict((judge_suite(goals, evidence.suite), *latencies))


def judge_suite(goals: Goals, suite: Suite) -> Finding:
    failed = _names(suite, junit.FAILED)
    skipped = [name for name in _names(suite, junit.SKIPPED) if not goals.waives(name)]
    figures = {
        "passed": len(_names(suite, junit.PASSED)),
        "failed": failed,
        "erred": _names(suite, junit.ERRED),
        "skipped": _names(suite, junit.SKIPPED),
        "waived": [waiver.scenario for waiver in goals.may_skip],
    }
    outcome, reason = _suite_outcome(suite, failed, skipped)
    return Finding("Scenarios", outcome, reason, figures)


def _suite_outcome(suite: Suite, failed: list[str], skipped: list[str]) -> tuple[Outcome, str]:
    if failed:
        return Outcome.FAIL, f"{len(failed)} of {len(suite.scenarios)} scenarios failed"
    erred = _names(suite, junit.ERRED)
    if erred:
        return Outcome.INCONCLUSIVE, f"{len(erred)} scenarios could not be carried out"
    if suite.exit_code != 0:
        return (
            Outcome.INCONCLUSIVE,
            f"the scenarios ended early: {_ending(suite.exit_code)}",
        )
    if skipped:
        return Outcome.INCONCLUSIVE, f"{len(skipped)} scenarios were skipped"
    if not _names(suite, junit.PASSED):
        return Outcome.INCONCLUSIVE, "no scenario ran"
    return Outcome.PASS, f"{len(_names(suite, junit.PASSED))} scenarios passed"


def _names(suite: Suite, outcome: str) -> list[str]:
    return [scenario.name for scenario in suite.scenarios if scenario.outcome == outcome]


def judge_goal(goal: Goal, load: Load) -> Finding:
    samples = load.measured
    exceedances = sum(exceeds(goal, sample) for sample in samples)
    figures = _figures(goal, samples, exceedances)
    doubt = generator_doubt(goal, load)
    if doubt:
        return Finding(goal.name, Outcome.INCONCLUSIVE, doubt, figures)
    outcome, reason = _bounded(goal, len(samples), exceedances)
    return Finding(goal.name, outcome, reason, figures)


def exceeds(goal: Goal, sample: Sample) -> bool:
    return _value(goal, sample) >= goal.limit_s


def _value(goal: Goal, sample: Sample) -> float:
    """Return the seconds the goal is about; a request that was not answered well never ends."""
    return MEASURES[goal.metric](sample) if sample.outcome == ANSWERED else math.inf


def _bounded(goal: Goal, count: int, exceedances: int) -> tuple[Outcome, str]:
    allowed = 1 - goal.quantile
    low, high = _bounds(goal, count, exceedances)
    seen = f"{exceedances} of {count} took {goal.limit_s:g} s or longer, or failed"
    if high <= allowed:
        return Outcome.PASS, f"{seen}: at most {high:.2%} do, {allowed:.2%} may"
    if low > allowed:
        return Outcome.FAIL, f"{seen}: at least {low:.2%} do, {allowed:.2%} may"
    return Outcome.INCONCLUSIVE, f"{seen}: between {low:.2%} and {high:.2%}, too few samples to say"


def _bounds(goal: Goal, count: int, exceedances: int) -> tuple[float, float]:
    if not count:
        return 0.0, 1.0
    return (
        binomial.lower_bound(exceedances, count, goal.alpha),
        binomial.upper_bound(exceedances, count, goal.alpha),
    )


def generator_doubt(goal: Goal, load: Load) -> str | None:
    """Return why these samples do not show how the service is, or None when they do.

    A generator that falls behind sends a friendlier load than declared and adds its own delay.
    """
    achieved = len(load.samples) / load.plan.seconds
    if not load.samples:
        return "the load test recorded no samples"
    if load.exit_code != 0:
        return f"the load generator ended early: {_ending(load.exit_code)}"
    if abs(achieved / load.plan.rate - 1) > RATE_TOLERANCE:
        return f"{achieved:.2f} arrivals/s instead of the declared {load.plan.rate:g}"
    lag = quantile((sample.lag for sample in load.measured), 0.99) or 0.0
    if lag > LAG_TOLERANCE * goal.limit_s:
        return f"the load generator itself was {lag:.3f} s late (p99): it is saturated"
    return None


def _ending(exit_code: int | None) -> str:
    return "it had to be killed" if exit_code is None else f"exit code {exit_code}"


def _figures(goal: Goal, samples: tuple[Sample, ...], exceedances: int) -> dict[str, Any]:
    values = sorted(_value(goal, sample) for sample in samples)
    low, high = _bounds(goal, len(samples), exceedances)
    low_rank, high_rank = binomial.quantile_ranks(len(values), goal.quantile, goal.alpha)
    return {
        "n": len(samples),
        "exceedances": exceedances,
        "exceedance_bounds": [low, high],
        "p50_s": quantile(values, 0.5),
        "quantile_s": quantile(values, goal.quantile),
        "quantile_interval_s": [_ranked(values, low_rank), _ranked(values, high_rank)],
        "max_s": values[-1] if values else None,
        "lag_p99_s": quantile((sample.lag for sample in samples), 0.99),
    }


def _ranked(values: list[float], rank: int | None) -> float | None:
    return None if rank is None else values[rank - 1]
