"""Alarms with a clock of the test's, a store, and a record of what was moved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from harness.clock import ManualClock
from harness.services.cloudwatch.alarm import Alarm, State
from harness.services.cloudwatch.alarms import Alarms
from harness.services.cloudwatch.evaluation import Evaluation
from harness.services.cloudwatch.store import Metric, MetricStore

START = 1_700_000_040.0  # the beginning of a minute
ERRORS = Metric("AWS/Lambda", "Errors", (("FunctionName", "f"),))
REQUEST: dict[str, Any] = {
    "AlarmName": "a",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0.05,
    "ComparisonOperator": "GreaterThanThreshold",
}


class Stage:
    """moves: (old state, new state) of every transition; refreshed: metrics asked for."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.store = MetricStore(self.clock.now)
        self.alarms = Alarms(self.clock, "ap-northeast-1")
        self.moves: list[tuple[str, str]] = []
        self.refreshed: list[set[Metric]] = []
        self.evaluation = Evaluation(self.alarms, self.store, self.clock, self._refresh)
        self.alarms.follow(self.evaluation.watch, self._moved)
        self.store.follow(self.evaluation.changed)

    async def _refresh(self, metrics: Any) -> None:
        self.refreshed.append(set(metrics))

    def _moved(self, alarm: Alarm, old: State) -> None:
        self.moves.append((old.value, alarm.state.value))

    def put(self, **members: Any) -> Alarm:
        request = {**REQUEST, **members}
        self.alarms.put({name: value for name, value in request.items() if value is not None})
        alarm = self.alarms.get(request["AlarmName"])
        assert alarm is not None
        return alarm

    async def settle(self) -> None:
        """Let every task run until it waits for the clock."""
        for _ in range(10):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Let time pass in steps of ten seconds at most, so that waits come one after another."""
        await self.settle()
        while seconds > 0:
            step = min(10.0, seconds)
            self.clock.advance(step)
            await self.settle()
            seconds -= step


def on_stage(work: Callable[[Stage], Awaitable[None]]) -> None:
    async def guarded() -> None:
        stage = Stage()
        async with asyncio.timeout(20):
            await work(stage)
        await stage.evaluation.close()

    asyncio.run(guarded())
