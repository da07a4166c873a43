"""When alarms are evaluated and over which periods; what comes out is `decision.py`'s.

AWS evaluates an alarm every minute (every 10 s below a period of a minute) over a window that ends
with the last complete minute. Here a point that arrives is looked at as soon as its own minute is
over, and once a minute all alarms are, so that missing data is noticed. The wait for the end of a
minute is one that AWS prescribes: `--time-scale` shortens it. Periods and timestamps are real.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

from harness.clock import Clock
from harness.services.cloudwatch import statistic
from harness.services.cloudwatch.alarm import INITIAL_REASON, Alarm, Definition
from harness.services.cloudwatch.alarms import Alarms
from harness.services.cloudwatch.computation import Computation
from harness.services.cloudwatch.decision import (
    BREACHES,
    MORE_PERIODS,
    Rule,
    decide,
    too_few_samples,
    used_points,
)
from harness.services.cloudwatch.math.series import ExpressionError
from harness.services.cloudwatch.queries import MetricQuery
from harness.services.cloudwatch.reason import Comparison, Point, reason, reason_data
from harness.services.cloudwatch.store import Metric, MetricStore

_FIRST_LOOK_S = 10.0  # AWS looks at a new alarm within a minute
Refresh = Callable[[Iterable[Metric]], Awaitable[None]]


class Evaluation:
    """Follows a store and the alarms of an account.

    refresh(metrics): brings up to date those metrics that nobody publishes as they change.
    """

    def __init__(self, alarms: Alarms, store: MetricStore, clock: Clock, refresh: Refresh) -> None:
        self._alarms = alarms
        self._store = store
        self._clock = clock
        self._refresh = refresh
        self._watching: dict[Metric, set[str]] = defaultdict(set)
        # By the alarm's name and the end of the window that will be looked at.
        self._waiting: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._ticking = asyncio.ensure_future(self._tick())

    async def close(self) -> None:
        for task in [self._ticking, *self._waiting.values()]:
            task.cancel()

    def watch(self, alarm: Alarm) -> None:
        """Follow the metrics of an alarm that is new or was changed, and look at it soon."""
        for metric in alarm.definition.metrics():
            self._watching[metric].add(alarm.definition.name)
        self._evaluate_after(_FIRST_LOOK_S, alarm.definition.name, 0)

    def changed(self, metric: Metric, time: float) -> None:
        """A point was added: evaluate who watches the metric, once the point's minute is over."""
        for name in self._watching.get(metric, ()):
            alarm = self._alarms.get(name)
            if alarm is not None:
                # A point may lie hours ahead; no alarm looks further than the minute that runs.
                now, end = self._clock.now(), self._end(alarm)
                if time >= end:
                    end += alarm.definition.step
                self._evaluate_after(max(0.0, end - now), name, end)

    def _evaluate_after(self, seconds: float, name: str, end: int) -> None:
        if (name, end) not in self._waiting:
            task = asyncio.ensure_future(self._evaluate_later(seconds, name, end))
            self._waiting[(name, end)] = task

    async def _evaluate_later(self, seconds: float, name: str, end: int) -> None:
        await self._clock.wait(seconds)
        del self._waiting[(name, end)]
        alarm = self._alarms.get(name)
        if alarm is not None:
            self._evaluate(alarm, max(end, self._end(alarm)))

    async def _tick(self) -> None:
        while True:
            await self._clock.wait(
                min((alarm.definition.step for alarm in self._alarms), default=60)
            )
            due = [alarm for alarm in self._alarms if self._end(alarm) > alarm.evaluated]
            if due:
                await self._refresh({m for alarm in due for m in alarm.definition.metrics()})
            for alarm in due:
                self._evaluate(alarm, self._end(alarm))

    def _end(self, alarm: Alarm) -> int:
        """Return where the alarm's window ends: with the last complete minute."""
        step = alarm.definition.step
        return int(self._clock.now() // step) * step

    def _evaluate(self, alarm: Alarm, end: int) -> None:
        evaluate(alarm, self._alarms, self._store, end, self._clock.now())


def evaluate(alarm: Alarm, alarms: Alarms, store: MetricStore, end: int, now: float) -> None:
    """Look at the periods up to `end` and move the alarm into the state they put it in."""
    end = max(end, alarm.evaluated)
    alarm.evaluated = end
    defined = alarm.definition
    try:
        points = measured(defined, store, end)
    except ExpressionError as error:
        if error.reason != alarm.state.reason:
            alarms.move(alarm, "INSUFFICIENT_DATA", error.reason, "")
        return
    treatment = defined.treatment
    rule = Rule(defined.periods, defined.to_alarm, treatment)
    state = decide([point.breaching for point in points], rule)
    used = [points[at] for at in used_points([p.value is not None for p in points], rule.periods)]
    if state is None or _too_few_samples(defined, used):
        return
    if state != alarm.state.value or alarm.state.reason == INITIAL_REASON:
        comparison = _comparison(defined)
        data = reason_data(
            used, comparison, now=now, statistic=defined.statistic, period=defined.period
        )
        alarms.move(alarm, state, reason(state, used, comparison), data)


def measured(defined: Definition, store: MetricStore, end: int) -> list[Point]:
    """Return the points of the evaluation range that ends at `end`, oldest first."""
    period = defined.period
    start = end - (defined.periods + MORE_PERIODS) * period
    computation = Computation(defined.queries, store, lambda _period: start, end)
    (watched,) = [query for query in defined.queries if query.id == defined.watched]
    series = computation.series(watched)
    if len(series) != 1:
        raise ExpressionError(f"{defined.watched} is not exactly one time series")
    values = series[0].values
    samples = {}
    if isinstance(watched, MetricQuery):
        found = store.read(watched.metric, start, end, period, watched.unit)
        samples = {time: point.count for time, point in found.items()}
    breaches = BREACHES[defined.members["ComparisonOperator"]]
    threshold = defined.members["Threshold"]
    return [
        Point(time, values[time], samples.get(time), breaches(values[time], threshold))
        if time in values
        else Point(time, None)
        for time in range(start, end, period)
    ]


def _comparison(defined: Definition) -> Comparison:
    members = defined.members
    return Comparison(
        members["ComparisonOperator"],
        float(members["Threshold"]),
        defined.periods,
        members.get("DatapointsToAlarm"),
        defined.treatment,
    )


def _too_few_samples(defined: Definition, used: list[Point]) -> bool:
    """Return whether EvaluateLowSampleCountPercentile says to leave the state as it is."""
    if defined.members.get("EvaluateLowSampleCountPercentile") != "ignore":
        return False
    if not statistic.is_percentile(defined.statistic):
        return False
    percent = float(defined.statistic[1:])
    return any(too_few_samples(percent, point.samples or 0) for point in used)
