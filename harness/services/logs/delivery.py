"""Delivery of sandbox output to CloudWatch Logs: what Lambda's log agent does.

Lines are collected for a moment and written together, or at once when somebody reads, so a burst
of invocations costs few writes and none of them waits for its logs.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import defaultdict

from harness.clock import Clock
from harness.errors import AwsError
from harness.http1 import ProtocolError
from harness.journal import Journal
from harness.services.logs.events import LogEvents
from harness.services.logs.groups import Groups
from harness.services.logs.ingestion import Ingestion

_MOMENT_S = 0.05
Lines = dict[tuple[str, str], list[tuple[int, str]]]


class LogDelivery:
    """Writes to log groups; groups and streams are created when first used."""

    def __init__(
        self,
        groups: Groups,
        events: LogEvents,
        ingestion: Ingestion,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._groups = groups
        self._events = events
        self._ingestion = ingestion
        self._journal = journal
        self._clock = clock
        self._waiting: Lines = defaultdict(list)
        self._some = asyncio.Event()
        self._wanted = asyncio.Event()
        self._delivered = asyncio.Event()
        self._delivered.set()
        self._latest: dict[str, int] = {}
        self._written = asyncio.Condition()
        self._task = asyncio.ensure_future(self._deliver())

    def put(self, group: str, stream: str, message: str) -> None:
        """Queue one log event, stamped now; never waits."""
        self._waiting[(group, stream)].append((int(self._clock.now() * 1000), message))
        self._delivered.clear()
        self._some.set()

    async def newer(self, group: str, after_ms: int) -> None:
        """Wait until `group` holds an event of ours that is younger than `after_ms`."""
        async with self._written:
            await self._written.wait_for(lambda: self._latest.get(group, 0) > after_ms)

    async def flush(self) -> None:
        """Wait until everything put before is in CloudWatch Logs."""
        self._wanted.set()
        await self._delivered.wait()

    async def close(self) -> None:
        """Stop; what was not delivered yet goes down with the environment."""
        self._task.cancel()

    async def _deliver(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            await self._moment()
            lines, self._waiting = self._waiting, defaultdict(list)
            await self._write(lines)
            if not self._waiting:
                self._wanted.clear()
                self._delivered.set()

    async def _moment(self) -> None:
        """Wait for more lines, but not once they are wanted."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT_S):
                await self._wanted.wait()

    async def _write(self, lines: Lines) -> None:
        accepted = [
            (group, stream, events)
            for (group, stream), events in lines.items()
            if await self._has_group(group)
        ]
        for group, _, events in accepted:
            self._ingestion.accept(group, events)
        try:
            await self._events.write(accepted, int(self._clock.now() * 1000))
        except sqlite3.Error as error:
            for group, _, _ in accepted:
                self._journal.record("logs.refused", group=group, reason=str(error))
            return
        async with self._written:
            for group, _, events in accepted:
                self._latest[group] = max(self._latest.get(group, 0), events[-1][0])
            self._written.notify_all()

    async def _has_group(self, group: str) -> bool:
        try:
            await self._groups.ensure(group)
        except (AwsError, ProtocolError, ConnectionError) as error:
            self._journal.record("logs.refused", group=group, reason=str(error))
            return False
        return True
