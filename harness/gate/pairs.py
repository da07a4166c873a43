"""Base and candidate under the same load, one right after the other, again and again.

Whatever disturbs this machine for longer than a run disturbs both of a pair, so it cancels out of
their ratio; which of the two goes first alternates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from harness.gate import samples
from harness.gate.evidence import SAMPLES_FILE, Load, Pair, Plan
from harness.gate.metrics import METRICS, OfUploads
from harness.gate.quantile import quantile

PAIRS = "pairs"
BASE, CANDIDATE = "base", "candidate"
PLAN = Plan(rate=4.0, seconds=14.0, warm_up=4.0)


def order(number: int) -> tuple[str, str]:
    """Return which of the two runs first in the pair with that number."""
    return (BASE, CANDIDATE) if number % 2 == 0 else (CANDIDATE, BASE)


def place(number: int, side: str) -> str:
    """Return the directory of a run, relative to that of the report."""
    return f"{PAIRS}/{number:02}-{side}"


def files(count: int) -> Iterator[str]:
    """Yield the names of the raw samples of so many pairs."""
    for number in range(count):
        for side in (BASE, CANDIDATE):
            yield f"{place(number, side)}/{SAMPLES_FILE}"


def read(directory: Path, plan: Plan, exit_codes: list[list[int | None]]) -> tuple[Pair, ...]:
    """Return the pairs in `directory`; exit_codes: of base and candidate, for each pair."""
    return tuple(
        Pair(
            *(
                Load(plan, code, samples.read(directory / place(number, side) / SAMPLES_FILE))
                for side, code in zip((BASE, CANDIDATE), codes, strict=True)
            )
        )
        for number, codes in enumerate(exit_codes)
    )


def ratio(pair: Pair, metric: str, q: float) -> float | None:
    """Return how many times the base's q-quantile the candidate's is, None if that says nothing.

    A candidate whose quantile never ended is infinitely slower; a base like that is no measure.
    """
    base, candidate = (_quantile(load, metric, q) for load in (pair.base, pair.candidate))
    if base is None or candidate is None or not base or math.isinf(base):
        return None
    return candidate / base


def _quantile(load: Load, metric: str, q: float) -> float | None:
    """Return the quantile of a run that went to its end with all its arrivals."""
    declared = METRICS[metric]
    assert isinstance(declared, OfUploads)  # the goals demand it
    if load.exit_code != 0 or len(load.samples) != round(load.plan.rate * load.plan.seconds):
        return None
    return quantile((declared.value(sample) for sample in load.measured), q)
