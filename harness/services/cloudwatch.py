"""Lambda's metrics, published to CloudWatch from the journal (aws-behaviour §9.1).

Each invocation counts once under its function's name, stamped with its start; throttles count
alone. Points are sent in batches while the previous batch is under way.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from harness.aws import query_call
from harness.call import Handler
from harness.errors import AwsError
from harness.http1 import ProtocolError
from harness.journal import Event, Journal

Datum = tuple[str, str, float, str, float]
_BATCH = 200


def lambda_metrics(event: Event) -> list[Datum]:
    """Return the (function, metric, value, unit, time) that an event stands for (pure)."""
    detail = event.detail
    if event.kind == "invocation.throttled":
        return [(detail["function"], "Throttles", 1, "Count", event.time)]
    if event.kind != "invocation.finished":
        return []
    name, started = detail["function"], detail["started"]
    return [
        (name, "Invocations", 1, "Count", started),
        (name, "Errors", int(detail["failed"]), "Count", started),
        (name, "Throttles", 0, "Count", started),
        (name, "Duration", detail["duration_ms"], "Milliseconds", started),
        (name, "ConcurrentExecutions", detail["concurrency"], "Count", started),
    ]


_COUNTED = {
    "async.accepted": "AsyncEventsReceived",
    "async.dropped": "AsyncEventsDropped",
    "invocation.recursive": "RecursiveInvocationsDropped",
}
_UNDELIVERED = {
    "dead_letter_queue": "DeadLetterErrors",
    "destination": "DestinationDeliveryFailures",
}


def async_metrics(event: Event) -> list[Datum]:
    """Return the points of the asynchronous queue (pure).

    The age is that of an event whose function did run; members `started` and `age_s` say so.
    """
    detail = event.detail
    counted = _COUNTED.get(event.kind, "")
    if event.kind == "async.destination_failed":
        counted = _UNDELIVERED.get(detail["via"], "")
    points: list[Datum] = []
    if counted:
        points.append((detail["function"], counted, 1, "Count", event.time))
    if event.kind.startswith("async.") and "started" in detail:
        age_ms = detail["age_s"] * 1000
        points.append(
            (detail["function"], "AsyncEventAge", age_ms, "Milliseconds", detail["started"])
        )
    return points


class MetricDelivery:
    """Follows a journal and sends what it means to CloudWatch through `door`."""

    def __init__(self, door: Handler, region: str, journal: Journal) -> None:
        self._door = door
        self._region = region
        self._journal = journal
        self._waiting: list[Datum] = []
        self._some = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task = asyncio.ensure_future(self._deliver())

    def observe(self, event: Event) -> None:
        if points := lambda_metrics(event) or async_metrics(event):
            self._waiting.extend(points)
            self._idle.clear()
            self._some.set()

    async def flush(self) -> None:
        """Wait until every point observed before is in CloudWatch."""
        await self._idle.wait()

    async def close(self) -> None:
        """Stop; what was not delivered yet goes down with the environment."""
        self._task.cancel()

    async def _deliver(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                try:
                    await self._send(batch)
                except (AwsError, ProtocolError, ConnectionError) as error:
                    self._journal.record("metrics.refused", points=len(batch), reason=str(error))
            self._idle.set()

    async def _send(self, batch: list[Datum]) -> None:
        parameters: dict[str, Any] = {"Namespace": "AWS/Lambda"}
        for index, datum in enumerate(batch, start=1):
            parameters |= _members(f"MetricData.member.{index}.", datum)
        call = query_call("monitoring", self._region, "PutMetricData", parameters)
        reply = await self._door(call)
        if reply.status != 200:
            raise AwsError("InternalFailure", (await reply.read()).decode()[:300], reply.status)


def _members(prefix: str, datum: Datum) -> dict[str, str]:
    function, metric, value, unit, time = datum
    return {
        f"{prefix}MetricName": metric,
        f"{prefix}Value": str(value),
        f"{prefix}Unit": unit,
        f"{prefix}Timestamp": datetime.fromtimestamp(time, UTC).isoformat(),
        f"{prefix}Dimensions.member.1.Name": "FunctionName",
        f"{prefix}Dimensions.member.1.Value": function,
    }
