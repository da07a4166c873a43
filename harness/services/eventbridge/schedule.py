"""When a rule with a ScheduleExpression runs: `rate(…)` and `cron(…)` (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from harness.aws import ACCOUNT
from harness.errors import AwsError
from harness.services.eventbridge.cron import Cron

_CRON = re.compile(r"cron\((.*)\)", re.ASCII)
_RATE = re.compile(r"rate\(([0-9]{1,9}) +(minute|hour|day)(s?)\)", re.ASCII)
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


class Schedule(Protocol):
    def after(self, moment: float, start: float) -> float | None:
        """Return the first instant after `moment`, None if there is none.

        Both in seconds since the epoch; start: when the rule was put or enabled.
        """
        ...


@dataclass(frozen=True)
class _Rate:
    """Counts from the moment the rule begins."""

    seconds: int

    def after(self, moment: float, start: float) -> float:
        passed = max(int((moment - start) // self.seconds), 0)
        return start + (passed + 1) * self.seconds


@dataclass(frozen=True)
class _Calendar:
    """Runs at the times of a cron expression."""

    cron: Cron

    def after(self, moment: float, start: float) -> float | None:
        found = self.cron.after(datetime.fromtimestamp(moment, UTC))
        return None if found is None else found.timestamp()


def parse(expression: str) -> Schedule:
    """Return what an expression stands for; raises EventBridge's ValidationException."""
    if rate := _RATE.fullmatch(expression):
        value, plural = int(rate[1]), bool(rate[3])
        if value and plural == (value > 1):
            return _Rate(value * _SECONDS[rate[2]])
    elif cron := _CRON.fullmatch(expression):
        try:
            return _Calendar(Cron(cron[1]))
        except ValueError:
            pass
    raise AwsError("ValidationException", "Parameter ScheduleExpression is not valid.", 400)


def check_schedule(request: Mapping[str, Any]) -> None:
    """Raise `AwsError` as PutRule does for a schedule that is none."""
    expression = request.get("ScheduleExpression")
    if expression and isinstance(expression, str):
        parse(expression)


def scheduled_event(rule_arn: str, event_id: str, region: str, due: float) -> dict[str, Any]:
    """Return the event of a rule that was due at `due`."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }
