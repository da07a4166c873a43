"""The functions' logs, read through the CloudWatch Logs API: all streams in order of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness import boto, control
from harness.environment import Environment
from harness.errors import UsageError

_PREFIX = "/aws/lambda/"


@dataclass(frozen=True, slots=True)
class Line:
    """time: milliseconds since the epoch; id: AWS's event id."""

    time: int
    function: str
    message: str
    id: str


@dataclass(slots=True)
class Position:
    """How far a log has been read: events of the same millisecond are told apart by their ids."""

    time: int
    seen: set[str] = field(default_factory=set)

    def advance(self, lines: Sequence[Line]) -> list[Line]:
        """Return those of the lines that are new, and remember them."""
        fresh = [line for line in lines if line.id not in self.seen]
        latest = max((line.time for line in fresh), default=self.time)
        if latest > self.time:
            self.time, self.seen = latest, set()
        self.seen |= {line.id for line in fresh if line.time == latest}
        return fresh


class LogReader:
    """Reads the logs of some functions; raises as `boto.speaking_to` says.

    `UsageError` when one of the functions has no logs.
    """

    def __init__(self, environment: Environment, functions: Sequence[str], since: int) -> None:
        """functions: names, empty for all that have logs; since: milliseconds since the epoch."""
        self._environment = environment
        self._logs = boto.client(environment, "logs")
        with boto.speaking_to(environment):
            logged = self._logged()
        if unknown := [name for name in functions if name not in logged]:
            raise UsageError(f"{unknown[0]} has no logs; these functions have: {', '.join(logged)}")
        self._positions = {name: Position(since) for name in functions or logged}

    def fresh(self) -> list[Line]:
        """Return what was not read yet, in order of time."""
        lines = [line for name in self._positions for line in self._read(name)]
        return sorted(lines, key=lambda line: line.time)

    async def follow(self, show: Callable[[Line], None]) -> None:
        """Show what arrives from now on, until cancelled."""
        await asyncio.gather(*(self._follow(name, show) for name in self._positions))

    async def _follow(self, function: str, show: Callable[[Line], None]) -> None:
        position = self._positions[function]
        while True:
            if await control.newer_log_events(self._environment, _PREFIX + function, position.time):
                for line in await asyncio.to_thread(self._read, function):
                    show(line)

    def _read(self, function: str) -> list[Line]:
        position = self._positions[function]
        pages = self._logs.get_paginator("filter_log_events")
        with boto.speaking_to(self._environment):
            lines = [
                Line(event["timestamp"], function, event["message"].rstrip(), event["eventId"])
                for page in pages.paginate(
                    logGroupName=_PREFIX + function, startTime=position.time, interleaved=True
                )
                for event in page["events"]
            ]
        return position.advance(lines)

    def _logged(self) -> list[str]:
        pages = self._logs.get_paginator("describe_log_groups")
        return [
            group["logGroupName"].removeprefix(_PREFIX)
            for page in pages.paginate(logGroupNamePrefix=_PREFIX)
            for group in page["logGroups"]
        ]
