"""Rules with a schedule, on a clock that tests move."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from harness.clock import ManualClock
from harness.services.eventbridge.rules import BusRule
from harness.services.eventbridge.timetable import Timetable


def rule(name: str, schedule: str = "rate(1 minute)", *, enabled: bool = True) -> BusRule:
    return BusRule(name, f"arn/{name}", enabled, None, schedule, ())


class Stage:
    """rules: of the bus. ran: name of each rule that ran, with the seconds since the start."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.start = self.clock.now()
        self.rules: list[BusRule] = []
        self.asked = 0
        self.ran: list[tuple[str, float]] = []
        self.timetable = Timetable(self._rules, self.clock, self._run)

    async def _rules(self) -> list[BusRule]:
        self.asked += 1
        return self.rules

    def _run(self, rule: BusRule, due: float) -> None:
        self.ran.append((rule.name, due - self.start))

    async def put(self, *rules: BusRule) -> None:
        self.rules = list(rules)
        self.timetable.change()
        await settled()

    async def advance(self, seconds: float) -> list[tuple[str, float]]:
        """Return what ran meanwhile."""
        self.ran = []
        self.clock.advance(seconds)
        await settled()
        return self.ran


async def settled() -> None:
    """Let everything run that can run without the clock."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def staged() -> Callable[[Callable[[Stage], Awaitable[None]]], None]:
    def run(work: Callable[[Stage], Awaitable[None]]) -> None:
        async def guarded() -> None:
            stage = Stage()
            await work(stage)
            await stage.timetable.close()
            assert stage.clock.pending == []

        asyncio.run(guarded())

    return run


def test_a_rule_runs_whenever_it_is_due(staged):
    async def work(stage: Stage) -> None:
        await stage.put(rule("a"), rule("b", "rate(2 minutes)"))
        assert await stage.advance(59) == []
        assert await stage.advance(1) == [("a", 60)]
        assert await stage.advance(60) == [("a", 120), ("b", 120)]
        assert stage.clock.pending == [60]

    staged(work)


def test_nothing_waits_without_a_schedule(staged):
    async def work(stage: Stage) -> None:
        await stage.put(
            rule("off", enabled=False), rule("pattern", ""), rule("never", "cron(0 0 30 2 ? *)")
        )
        await stage.put(rule("nonsense", "rate(0 minutes)"))
        assert stage.clock.pending == []
        assert stage.asked == 2

    staged(work)


def test_instants_that_nobody_saw_are_one_run(staged):
    async def work(stage: Stage) -> None:
        await stage.put(rule("a"))
        assert await stage.advance(600.5) == [("a", 60)]
        assert await stage.advance(59) == []
        assert await stage.advance(1) == [("a", 660)]

    staged(work)


def test_a_change_is_planned_at_once(staged):
    async def work(stage: Stage) -> None:
        await stage.put(rule("a", "rate(1 day)"))
        await stage.advance(100)
        await stage.put(rule("a", "rate(1 day)"), rule("b"))
        assert stage.clock.pending == [60]
        assert await stage.advance(60) == [("b", 160)]
        await stage.put(rule("a", "rate(1 day)"))
        assert stage.clock.pending == [86_400 - 160]  # the other rule did not begin anew
        await stage.put(rule("a", "rate(1 hour)"))
        assert stage.clock.pending == [3600]

    staged(work)


def test_a_rule_that_is_enabled_again_begins_anew(staged):
    async def work(stage: Stage) -> None:
        await stage.put(rule("a"))
        await stage.advance(30)
        await stage.put(rule("a", enabled=False))
        assert stage.clock.pending == []
        await stage.advance(100)
        await stage.put(rule("a"))
        assert await stage.advance(59) == []
        assert await stage.advance(1) == [("a", 190)]

    staged(work)


def test_a_time_scale_lets_the_calendar_pass_faster():
    class Fast(ManualClock):
        """Delays pass a hundred times as fast as this clock."""

        async def wait(self, seconds: float) -> None:
            await super().wait(seconds / 100)

        def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], object]:
            return super().later(seconds / 100, call)

        def passed(self, moment: float) -> float:
            return super().passed(moment) * 100

    async def work() -> None:
        ran: list[float] = []
        clock = Fast(1_795_397_820.0)  # 01:37

        async def rules() -> list[BusRule]:
            return [rule("a", "cron(0 * * * ? *)")]

        timetable = Timetable(rules, clock, lambda _, due: ran.append(due))
        timetable.change()
        await settled()
        for _ in range(2):
            assert clock.pending == [pytest.approx(23 * 0.6 if not ran else 36.0)]
            clock.advance(clock.pending[0] + 1e-6)
            await settled()
        assert [due - 1_795_397_820.0 for due in ran] == [23 * 60, 83 * 60]
        await timetable.close()

    asyncio.run(work())
