"""A poller on a stage: its queue and its function are played, both clocks are manual."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.event_source_mapping.mapping import EventSourceMapping, State
from harness.services.event_source_mapping.poller import Poller
from harness.services.event_source_mapping.settings import Settings
from harness.services.event_source_mapping.source import Source
from harness.services.event_source_mapping.surroundings import Machine, Surroundings
from harness.services.lambda_.function import Functions
from harness.services.sqs import Queues
from tests.harness.services.lambda_.examples import REGION, answer
from tests.harness.watched_clock import WatchedClock

VISIBILITY_S = 30
Result = bytes | Exception | None


class Stage:
    """result(bodies): what the function answers; None fails it, an exception is Invoke's own.

    gated: an invocation takes one item of `gate` before it ends. peak: of invocations at once.
    """

    def __init__(
        self,
        journal: Journal,
        result: Callable[[list[str]], Result],
        settings: Settings | None = None,
        *,
        fifo: bool = False,
        gated: bool = False,
        sandboxes: int = 100,
    ) -> None:
        self.clock, self.wall = WatchedClock(), WatchedClock()
        self.messages: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.invoked: list[list[str]] = []
        self.hidden_elsewhere = 0
        self.waiting = 0
        self.refusals: list[AwsError] = []
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        journal.follow(self.events.put_nowait)
        self.gate: asyncio.Queue[None] = asyncio.Queue()
        self.running = self.peak = 0
        self._result, self._gated = result, gated
        self.queues = Queues()
        arn = f"arn:aws:sqs:{REGION}:123456789012:q{'.fifo' if fifo else ''}"
        self.mapping = EventSourceMapping(
            "u", "a", arn, "f", "arn", settings or Settings(), State.ENABLED, 0.0
        )
        self.source = Source(self._door, arn, self.queues)
        functions = Functions(self._control_plane, REGION)
        machine = Machine(sandboxes, lambda _: self.waiting)
        clocks = (self.clock, self.wall)
        self.poller = Poller(
            self.mapping,
            Surroundings(self._door, functions, self.queues, journal, *clocks, REGION, machine),
        )

    def send(self, *bodies: str) -> None:
        self.messages |= dict.fromkeys(bodies, 0.0)
        self.source.news.changed()

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the detail of the next event of `kind`."""
        while (event := await self.events.get()).kind != kind:
            pass
        return event.detail

    async def rests(self, seconds: float) -> None:
        """Return once the poller begins to wait for `seconds` of the queue's time."""
        while await self.wall.waits.get() != seconds:
            pass

    def received(self) -> list[dict[str, Any]]:
        return [members for operation, members in self.calls if operation == "ReceiveMessage"]

    async def _control_plane(self, call: Call) -> Reply:
        if call.operation == "GetFunctionConcurrency":
            return Reply(200, [], b"{}")
        return Reply(200, [], orjson.dumps(answer(Timeout=3)))

    async def _door(self, call: Call) -> Reply:
        members = orjson.loads(await call.body.read())
        if call.operation == "Invoke":
            return await self._invoke([record["body"] for record in members["Records"]])
        if self.refusals:
            raise self.refusals.pop()
        self.calls.append((call.operation, members))
        return Reply(200, [], orjson.dumps(getattr(self, f"_{call.operation}")(members)))

    async def _invoke(self, bodies: list[str]) -> Reply:
        self.invoked.append(bodies)
        self.running += 1
        self.peak = max(self.peak, self.running)
        if self._gated:
            await self.gate.get()
        self.running -= 1
        result = self._result(bodies)
        if isinstance(result, Exception):
            raise result
        if result is None:
            return Reply(200, [("x-amz-function-error", "Unhandled")], b"{}")
        return Reply(200, [], result)

    def _GetQueueAttributes(self, members: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if members["AttributeNames"] == ["All"]:
            return {"Attributes": {"VisibilityTimeout": str(VISIBILITY_S)}}
        hidden = sum(visible > self.wall.now() for visible in self.messages.values())
        return {"Attributes": {"hidden": str(hidden + self.hidden_elsewhere)}}

    def _ReceiveMessage(self, members: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        visible = [body for body, at in self.messages.items() if at <= self.wall.now()]
        taken = visible[: members["MaxNumberOfMessages"]]
        self.messages |= dict.fromkeys(taken, self.wall.now() + members["VisibilityTimeout"])
        return {"Messages": [self._message(body) for body in taken]} if taken else {}

    def _message(self, body: str) -> dict[str, Any]:
        self.counts[body] = self.counts.get(body, 0) + 1
        about = {"MessageId": f"id-{body}", "ReceiptHandle": body, "MD5OfBody": "5"}
        return {**about, "Body": body, "Attributes": {}}

    def _DeleteMessageBatch(self, members: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        for entry in members["Entries"]:
            del self.messages[entry["ReceiptHandle"]]
        return {}

    def _ChangeMessageVisibilityBatch(self, members: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        for entry in members["Entries"]:
            self.messages[entry["ReceiptHandle"]] = self.wall.now()
        return {}
