"""Somebody's table "before, after" beside what this run measured (pure)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.gate.evidence import Evidence
from harness.gate.goals import Claim, Goals, Prices, Stratum
from harness.gate.metrics import METRICS, SECONDS, OfRun
from harness.gate.observations import values
from harness.gate.quantile import quantile
from harness.gate.usage import cost


@dataclass(frozen=True, slots=True)
class Compared:
    """measured: in words; it says so where nothing was measured."""

    claim: Claim
    measured: str


def compared(goals: Goals, evidence: Evidence) -> list[Compared]:
    return [Compared(claim, _measured(claim, goals, evidence)) for claim in goals.claim]


def _measured(claim: Claim, goals: Goals, evidence: Evidence) -> str:
    metric = METRICS[claim.metric]
    if isinstance(metric, OfRun):
        return _cost(goals.prices, evidence)
    seen = values(claim.metric, Stratum(), evidence, 0.0)
    if not seen:
        return "not measured"
    return _time(seen) if metric.kind == SECONDS else _event(claim.metric.rpartition(".")[2], seen)


def _time(seen: Sequence[float]) -> str:
    median, p95 = quantile(seen, 0.5), quantile(seen, 0.95)
    return f"p50 {_seconds(median)}, p95 {_seconds(p95)} of {len(seen)}"


def _seconds(value: float | None) -> str:
    return f"{value:.2f} s" if value is not None and math.isfinite(value) else "never"


def _event(word: str, seen: Sequence[float]) -> str:
    return f"{sum(map(math.isinf, seen))} of {len(seen)} {word}"


def _cost(prices: Prices | None, evidence: Evidence) -> str:
    count = len(evidence.documents)
    if not count or prices is None or evidence.usage.tokens.keys() - prices.million_tokens.keys():
        return "not measured"
    total = math.fsum(cost(evidence.usage, prices).values()) * 1000 / count
    return f"${total:.2f} for 1,000 documents"
