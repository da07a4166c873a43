"""A metric alarm: how it was configured and the state it is in."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.services.cloudwatch.queries import MetricQuery, Query
from harness.services.cloudwatch.store import Metric

INITIAL_REASON = "Unchecked: Initial alarm creation"
_MOST_HISTORY = 500


@dataclass(frozen=True, slots=True)
class State:
    """data: StateReasonData, a JSON text; updated, transitioned: seconds since the epoch."""

    value: str
    reason: str
    data: str
    updated: float
    transitioned: float


@dataclass(frozen=True, slots=True)
class Definition:
    """members: as PutMetricAlarm gave them; watched: the id of the query that is compared."""

    name: str
    arn: str
    members: Mapping[str, Any]
    queries: tuple[Query, ...]
    watched: str
    period: int

    @property
    def periods(self) -> int:
        """Return N: how many periods are looked at."""
        return int(self.members["EvaluationPeriods"])

    @property
    def to_alarm(self) -> int:
        """Return M: how many of them have to breach."""
        return int(self.members.get("DatapointsToAlarm", self.periods))

    @property
    def treatment(self) -> str:
        return str(self.members.get("TreatMissingData", "missing"))

    @property
    def statistic(self) -> str:
        """Return the statistic of a single metric; "" for metric math."""
        found = self.members.get("Statistic") or self.members.get("ExtendedStatistic", "")
        return str(found)

    @property
    def step(self) -> int:
        """Return how often AWS evaluates it, in seconds."""
        return 60 if self.period >= 60 else 10

    def metrics(self) -> list[Metric]:
        return [query.metric for query in self.queries if isinstance(query, MetricQuery)]

    def actions(self, state: str) -> list[str]:
        """Return the ARNs to act on when the alarm goes into `state`."""
        key = {"OK": "OKActions", "ALARM": "AlarmActions"}.get(state, "InsufficientDataActions")
        return list(self.members.get(key, ()))


@dataclass(slots=True)
class Alarm:
    """evaluated: the end of the youngest window that was looked at; history: newest last."""

    definition: Definition
    state: State
    configured: float
    evaluated: int = 0
    history: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_MOST_HISTORY))

    def described(self) -> dict[str, Any]:
        """Return the alarm as DescribeAlarms has it."""
        members = dict(self.definition.members)
        members.pop("Tags", None)
        return {
            "AlarmArn": self.definition.arn,
            "ActionsEnabled": True,
            "OKActions": [],
            "AlarmActions": [],
            "InsufficientDataActions": [],
            "Dimensions": [],
            **members,
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "StateValue": self.state.value,
            "StateReason": self.state.reason,
            "StateReasonData": self.state.data or None,
            "StateUpdatedTimestamp": self.state.updated,
            "StateTransitionedTimestamp": self.state.transitioned,
        }
