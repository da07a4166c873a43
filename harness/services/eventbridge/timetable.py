"""Wakes up when the next rule with a schedule is due; nothing runs while there is none.

Time is that of the harness's clock: with a time scale it passes that many times as fast from the
start of the environment. Instants that went by unseen (a machine that slept, a scale beyond what a
delivery takes) are made up for by one run, not by one each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from harness.clock import Clock
from harness.errors import AwsError
from harness.services.eventbridge.rules import BusRule
from harness.services.eventbridge.schedule import parse

# The rules of the default bus, the only one that AWS lets have schedules.
Rules = Callable[[], Awaitable[Sequence[BusRule]]]


@dataclass(frozen=True)
class _Entry:
    """start: when the rule began. due: when it runs next, None for never again."""

    expression: str
    start: float
    due: float | None

    def after(self, moment: float) -> _Entry:
        return replace(self, due=self._next(moment))

    def _next(self, moment: float) -> float | None:
        try:
            return parse(self.expression).after(moment, self.start)
        except AwsError:  # put past PutRule, by a stack of the control plane's own
            return None


class Timetable:
    """run: called with each rule and the instant at which it was due."""

    def __init__(self, rules: Rules, clock: Clock, run: Callable[[BusRule, float], None]) -> None:
        self._rules = rules
        self._clock = clock
        self._run = run
        self._origin = clock.now()
        self._entries: dict[str, _Entry] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def change(self) -> None:
        """Look at the rules again: one may have changed."""
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._keep())

    async def close(self) -> None:
        """Run nothing any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        while self._changed.is_set():
            self._changed.clear()
            due = self._run_due(await self._rules())
            if due is not None:
                await self._until(due)

    async def _until(self, due: float) -> None:
        """Return at `due`, or before that when a rule may have changed."""
        call_off = self._clock.later(due - self._now(), self._changed.set)
        try:
            await self._changed.wait()
        finally:
            call_off()

    def _run_due(self, rules: Sequence[BusRule]) -> float | None:
        """Run what is due, and return when the next rule will be."""
        now = self._now()
        scheduled = {rule.name: rule for rule in rules if rule.enabled and rule.schedule}
        self._entries = {name: self._entry(rule, now) for name, rule in scheduled.items()}
        for name, entry in self._entries.items():
            if entry.due is not None and entry.due <= now:
                self._entries[name] = entry.after(now)
                self._run(scheduled[name], entry.due)
        return min((e.due for e in self._entries.values() if e.due is not None), default=None)

    def _entry(self, rule: BusRule, now: float) -> _Entry:
        known = self._entries.get(rule.name)
        if known is not None and known.expression == rule.schedule:
            return known
        return _Entry(rule.schedule, now, None).after(now)

    def _now(self) -> float:
        return self._origin + self._clock.passed(self._origin)
