"""judge(goals, evidence) -> Verdict: pure, of three values, the worst finding wins.

What was not measured never passes: no samples, no scenarios, a generator that fell behind or did
not end by itself are inconclusive, and so is a missed time on a disturbed machine. A dropped,
failed or unfinished request counts as too slow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from harness.gate import binomial, junit, pairs
from harness.gate.evidence import Evidence, Load, Suite
from harness.gate.goals import Goal, Goals, Never, Quantile, Regression, Share, Total
from harness.gate.host import noise
from harness.gate.independence import inflation
from harness.gate.metrics import METRICS, SECONDS, OfUploads
from harness.gate.observations import judged
from harness.gate.quantile import quantile
from harness.gate.stationarity import drift
from harness.gate.usage import cost

RATE_TOLERANCE = 0.05
LAG_TOLERANCE = 0.05  # of the goal's limit


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"

    @property
    def exit_code(self) -> int:
        return {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 3}[self]


_WORSE = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement; `figures` are the numbers behind `reason`, None where there is no number.

    Of a goal they are n, exceedances, and what its method adds; times in seconds.
    """

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
    findings = [judge_goal(goal, goals, evidence) for goal in goals.goal]
    if evidence.base is not None:
        findings += [judge_regression(goal, evidence) for goal in goals.regression]
    return Verdict((judge_suite(goals, evidence.suite), *findings))


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


def judge_goal(goal: Goal, goals: Goals, evidence: Evidence) -> Finding:
    if isinstance(goal, Total):
        finding = _judge_total(goal, goals, evidence)
        seen: list[float] = []
    else:
        seen = judged(goal, goals.stratum_of(goal), evidence)
        finding = _judge_values(goal, seen)
    doubt = generator_doubt(goal, evidence.load) or _doubt(goal, finding, seen, evidence)
    return replace(finding, outcome=Outcome.INCONCLUSIVE, reason=doubt) if doubt else finding


def _doubt(goal: Goal, finding: Finding, seen: list[float], evidence: Evidence) -> str | None:
    """Return why the finding does not stand although it was measured as declared."""
    count = finding.figures["n"]
    timed = METRICS[goal.metric].kind == SECONDS
    if finding.outcome == Outcome.PASS and count < goal.minimum_samples:
        return f"{count} samples, at least {goal.minimum_samples} are needed"
    if finding.outcome == Outcome.PASS and isinstance(goal, Quantile):
        return drift(seen, goal.limit_s)
    if finding.outcome == Outcome.FAIL and timed:
        disturbed = noise(evidence.host)
        return f"{finding.reason}; but {disturbed}" if disturbed else None
    return None


def _judge_values(goal: Quantile | Share | Never, seen: list[float]) -> Finding:
    exceeds = [value >= _limit(goal) for value in seen]
    figures = {"n": len(seen), "exceedances": sum(exceeds), **_times(goal, seen)}
    if isinstance(goal, Never):
        outcome, reason = _none_exceeds(goal, figures)
        return Finding(goal.name, outcome, reason, figures)
    bounds = _bounds(exceeds, goal.alpha)
    outcome, reason = _bounded(goal, figures, bounds)
    return Finding(goal.name, outcome, reason, {**figures, "exceedance_bounds": list(bounds)})


def _limit(goal: Quantile | Share | Never) -> float:
    """Return the value from which on a sample exceeds; of an event, any that happened does."""
    if isinstance(goal, Share) or goal.limit_s is None:
        return math.inf
    return goal.limit_s


def _none_exceeds(goal: Never, figures: dict[str, Any]) -> tuple[Outcome, str]:
    count, exceedances = figures["n"], figures["exceedances"]
    seen = f"{exceedances} of {count} {_exceeded(goal)}"
    if exceedances:
        return Outcome.FAIL, f"{seen}: none may"
    if not count:
        return Outcome.INCONCLUSIVE, "no samples"
    return Outcome.PASS, f"{seen}: none may"


def _bounded(
    goal: Quantile | Share, figures: dict[str, Any], bounds: tuple[float, float]
) -> tuple[Outcome, str]:
    allowed = 1 - goal.quantile if isinstance(goal, Quantile) else goal.limit
    low, high = bounds
    if not figures["n"]:
        return Outcome.INCONCLUSIVE, "no samples"
    seen = f"{figures['exceedances']} of {figures['n']} {_exceeded(goal)}"
    if high <= allowed:
        return Outcome.PASS, f"{seen}: at most {high:.2%} do, {allowed:.2%} may"
    if low > allowed:
        return Outcome.FAIL, f"{seen}: at least {low:.2%} do, {allowed:.2%} may"
    return Outcome.INCONCLUSIVE, f"{seen}: between {low:.2%} and {high:.2%}, too few samples to say"


def _exceeded(goal: Quantile | Share | Never) -> str:
    if isinstance(goal, Share) or goal.limit_s is None:
        return {"failed": "failed", "lost": "were lost"}[goal.metric.rpartition(".")[2]]
    return f"took {goal.limit_s:g} s or longer, or failed"


def _bounds(exceeds: list[bool], alpha: float) -> tuple[float, float]:
    """Return the exact bounds of the share of exceedances, from the samples' independent worth."""
    if not exceeds:
        return 0.0, 1.0
    worth = inflation(exceeds)
    count = math.floor(len(exceeds) / worth)
    low, high = math.floor(sum(exceeds) / worth), math.ceil(sum(exceeds) / worth)
    return (
        binomial.lower_bound(low, count, alpha),
        binomial.upper_bound(min(high, count), count, alpha),
    )


def _times(goal: Quantile | Share | Never, seen: list[float]) -> dict[str, Any]:
    """Return the quantiles of a time; nothing of an event."""
    if METRICS[goal.metric].kind != SECONDS:
        return {}
    ordered = sorted(seen)
    times = {
        "p50_s": quantile(ordered, 0.5),
        "p95_s": quantile(ordered, 0.95),
        "max_s": ordered[-1] if ordered else None,
    }
    if not isinstance(goal, Quantile):
        return times
    low, high = binomial.quantile_ranks(len(ordered), goal.quantile, goal.alpha)
    interval = [_ranked(ordered, low), _ranked(ordered, high)]
    return {
        **times,
        "quantile_s": quantile(ordered, goal.quantile),
        "quantile_interval_s": interval,
    }


def _ranked(ordered: list[float], rank: int | None) -> float | None:
    return None if rank is None else ordered[rank - 1]


def _judge_total(goal: Total, goals: Goals, evidence: Evidence) -> Finding:
    """Judge what the run cost; a run without documents and a model without a price tell nothing."""
    assert goals.prices is not None  # goals.load demands them
    count = len(evidence.documents)
    unpriced = sorted(evidence.usage.tokens.keys() - goals.prices.million_tokens.keys())
    figures: dict[str, Any] = {"n": count}
    if not count:
        return Finding(goal.name, Outcome.INCONCLUSIVE, "no samples", figures)
    if unpriced:
        reason = f"[prices] has no price for tokens of {', '.join(unpriced)}"
        return Finding(goal.name, Outcome.INCONCLUSIVE, reason, figures)
    parts = {
        name: dollars * 1000 / count for name, dollars in cost(evidence.usage, goals.prices).items()
    }
    total = math.fsum(parts.values())
    outcome = Outcome.PASS if total <= goal.limit_usd else Outcome.FAIL
    reason = f"${total:.2f} for 1,000 documents, ${goal.limit_usd:g} may be spent"
    return Finding(goal.name, outcome, reason, {**figures, "total_usd": total, "parts_usd": parts})


def judge_regression(goal: Regression, evidence: Evidence) -> Finding:
    """Judge the median of the pairs' ratios by its exact interval, whatever their distribution."""
    told = (pairs.ratio(pair, goal.metric, goal.quantile) for pair in evidence.pairs)
    ratios = sorted(ratio for ratio in told if ratio is not None)
    ranks = binomial.quantile_ranks(len(ratios), 0.5, goal.alpha)
    low, high = (_ranked(ratios, rank) for rank in ranks)
    figures = {
        "n": len(ratios),
        "ratios": ratios,
        "median_ratio": quantile(ratios, 0.5),
        "median_ratio_interval": [low, high],
    }
    outcome, reason = _compared(goal, low, high)
    disturbed = noise(evidence.host) if outcome == Outcome.FAIL else None
    if disturbed:
        outcome, reason = Outcome.INCONCLUSIVE, f"{reason}; but {disturbed}"
    return Finding(goal.name, outcome, f"{reason}, from {len(ratios)} pairs", figures)


def _compared(goal: Regression, low: float | None, high: float | None) -> tuple[Outcome, str]:
    allowed = 1 + goal.margin
    if low is None or high is None:
        return Outcome.INCONCLUSIVE, "too few pairs to say"
    if high <= allowed:
        return Outcome.PASS, f"at most {high:.2f} times the base, {allowed:g} may be"
    if low > allowed:
        return Outcome.FAIL, f"at least {low:.2f} times the base, {allowed:g} may be"
    return Outcome.INCONCLUSIVE, f"between {low:.2f} and {high:.2f} times the base"


def generator_doubt(goal: Goal, load: Load) -> str | None:
    """Return why the load was not the one declared, or None when it was.

    A generator that falls behind sends a friendlier load than declared and adds its own delay.
    """
    achieved = len(load.samples) / load.plan.seconds
    if not load.samples:
        return "the load test recorded no samples"
    if load.exit_code != 0:
        return f"the load generator ended early: {_ending(load.exit_code)}"
    if abs(achieved / load.plan.rate - 1) > RATE_TOLERANCE:
        return f"{achieved:.2f} arrivals/s instead of the declared {load.plan.rate:g}"
    if isinstance(METRICS[goal.metric], OfUploads) and isinstance(goal, Quantile | Never):
        return _saturation(goal.limit_s, load)
    return None


def _saturation(limit_s: float | None, load: Load) -> str | None:
    lag = quantile((sample.lag for sample in load.measured), 0.99) or 0.0
    if limit_s is not None and lag > LAG_TOLERANCE * limit_s:
        return f"the load generator itself was {lag:.3f} s late (p99): it is saturated"
    return None


def _ending(exit_code: int | None) -> str:
    return "it had to be killed" if exit_code is None else f"exit code {exit_code}"
