"""Delivery of sandbox output to CloudWatch Logs: what Lambda's log agent does.

Events are collected per stream and written in batches, the next batch while the last one is under
way, so a burst of lines costs few calls and no invocation waits for its logs.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from harness.aws import json_answer, json_call
from harness.call import Handler
from harness.clock import Clock
from harness.errors import AwsError
from harness.http1 import ProtocolError
from harness.journal import Journal

_TARGET = "Logs_20140328"
_BATCH = 1000

Stream = tuple[str, str]


class LogDelivery:
    """Writes to log groups through `door`; groups and streams are created when first used."""

    def __init__(self, door: Handler, region: str, journal: Journal, clock: Clock) -> None:
        self._door = door
        self._region = region
        self._journal = journal
        self._clock = clock
        self._waiting: dict[Stream, list[dict[str, Any]]] = defaultdict(list)
        self._known: set[Stream] = set()
        self._some = asyncio.Event()
        self._delivered = asyncio.Event()
        self._latest: dict[str, int] = {}
        self._written = asyncio.Condition()
        self._task = asyncio.ensure_future(self._deliver())

    def put(self, group: str, stream: str, message: str) -> None:
        """Queue one log event, stamped now; never waits."""
        event = {"timestamp": int(self._clock.now() * 1000), "message": message}
        self._waiting[(group, stream)].append(event)
        self._delivered.clear()
        self._some.set()

    async def newer(self, group: str, after_ms: int) -> None:
        """Wait until `group` holds an event of ours that is younger than `after_ms`."""
        async with self._written:
            await self._written.wait_for(lambda: self._latest.get(group, 0) > after_ms)

    async def flush(self) -> None:
        """Wait until everything put before is in CloudWatch Logs."""
        if self._waiting:
            await self._delivered.wait()

    async def close(self) -> None:
        """Stop; what was not delivered yet goes down with the environment."""
        self._task.cancel()

    async def _deliver(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            for stream in list(self._waiting):
                await self._write(stream, self._waiting[stream])
                if not self._waiting[stream]:
                    del self._waiting[stream]
            if self._waiting:
                self._some.set()
            else:
                self._delivered.set()

    async def _write(self, stream: Stream, events: list[dict[str, Any]]) -> None:
        batch = events[:_BATCH]
        try:
            await self._put(stream, batch)
        except (AwsError, ProtocolError, ConnectionError) as error:
            self._known.discard(stream)
            if isinstance(error, AwsError) and error.code == "ResourceNotFoundException":
                return  # deleted meanwhile: created again at the next turn
            self._journal.record("logs.refused", group=stream[0], reason=str(error))
        del events[: len(batch)]

    async def _put(self, stream: Stream, batch: list[dict[str, Any]]) -> None:
        group, name = stream
        if stream not in self._known:
            await self._create(group, name)
        await self._call("PutLogEvents", logGroupName=group, logStreamName=name, logEvents=batch)
        async with self._written:
            self._latest[group] = max(self._latest.get(group, 0), batch[-1]["timestamp"])
            self._written.notify_all()

    async def _create(self, group: str, stream: str) -> None:
        await self._ensure("CreateLogGroup", logGroupName=group)
        await self._ensure("CreateLogStream", logGroupName=group, logStreamName=stream)
        self._known.add((group, stream))

    async def _ensure(self, operation: str, **members: str) -> None:
        try:
            await self._call(operation, **members)
        except AwsError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise

    async def _call(self, operation: str, **members: Any) -> None:
        call = json_call("logs", self._region, f"{_TARGET}.{operation}", members)
        await json_answer(self._door, call)
