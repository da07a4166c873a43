"""Which state an alarm is in, told from its data points alone (aws-behaviour §9.4, pure).

More than N periods are looked at. Points that exist are preferred to missing ones; what is still
missing among N is filled as TreatMissingData says, and only that.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
MORE_PERIODS = 2  # beyond N that are looked at (AWS: five for N = 3)

BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """periods: N; to_alarm: M; treatment: TreatMissingData."""

    periods: int
    to_alarm: int
    treatment: str


def decide(breaching: Sequence[bool | None], rule: Rule) -> str | None:
    """Return the state; None to keep the one the alarm is in.

    breaching: of every period of the evaluation range, oldest first; None where no point exists.
    """
    found = [breach for breach in breaching if breach is not None]
    used = found[-rule.periods :]
    count, filled = sum(used), rule.periods - len(used)
    if count >= rule.to_alarm:
        return ALARM
    if not filled:
        return OK
    if rule.treatment == "breaching":
        return ALARM if count + filled >= rule.to_alarm else OK
    if rule.treatment == "notBreaching":
        return OK
    if rule.treatment == "ignore":
        return OK if count < len(used) else None
    if not used:
        return INSUFFICIENT_DATA
    return ALARM if _premature(breaching, rule) else OK


def _premature(breaching: Sequence[bool | None], rule: Rule) -> bool:
    """Return whether nothing but breaching points exist, the oldest of N old enough (§9.4.4)."""
    recent = list(breaching[-rule.periods :])
    if any(breach is False for breach in breaching) or True not in recent:
        return False
    return len(recent) - recent.index(True) >= rule.to_alarm


def used_points(exists: Sequence[bool], periods: int) -> list[int]:
    """Return the positions of the points that decide, oldest first: N at most, real ones only."""
    return [position for position, there in enumerate(exists) if there][-periods:]


def too_few_samples(percent: float, samples: float) -> bool:
    """Return whether a percentile says nothing yet: fewer than 10 samples lie beyond it."""
    rest = min(percent, 100 - percent) / 100
    return samples * rest < 10
