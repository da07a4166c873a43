"""A queue of events on a stage: the function behind it and SQS are played, the clock is manual."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import orjson

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.journal import Event, Journal
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoker import Invoked
from harness.services.lambda_.outcome import Outcome
from tests.harness.services.lambda_.examples import REGION, answer


class Stage:
    """A queue, the function behind it, and what reached SQS.

    results: how the attempts end, one after the other; settings: the event invoke config.
    """

    def __init__(
        self,
        journal: Journal,
        clock: ManualClock,
        results: Iterable[Outcome | Exception],
        settings: dict[str, Any] | None = None,
        dead_letters: str = "",
    ) -> None:
        self.clock = clock
        self.settings = settings or {}
        self.dead_letters = dead_letters
        self.ran: list[tuple[str, bytes]] = []
        self.sent: list[dict[str, Any]] = []
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        journal.follow(self.events.put_nowait)
        self._results = iter(results)
        functions = Functions(self._control_plane, REGION)
        self.queue = AsyncQueue(self._run, functions, self._door, journal, clock)

    async def _run(self, function: Function, request_id: str, payload: bytes) -> Invoked:
        self.ran.append((request_id, payload))
        result = next(self._results)
        if isinstance(result, Exception):
            raise result
        return Invoked(result, b"")

    async def _control_plane(self, call: Call) -> Reply:
        if call.operation == "GetFunctionConcurrency":
            return Reply(200, [], b"{}")
        if call.operation == "GetFunctionEventInvokeConfig":
            return Reply(200, [], orjson.dumps(self.settings))
        letters = {"DeadLetterConfig": {"TargetArn": self.dead_letters}}
        return Reply(200, [], orjson.dumps(answer(**letters if self.dead_letters else {})))

    async def _door(self, call: Call) -> Reply:
        message = orjson.loads(await call.body.read())
        if message["QueueUrl"].endswith("/gone"):
            return Reply(400, [], b'{"__type": "QueueDoesNotExist", "message": "gone"}')
        self.sent.append(message)
        return Reply(200, [], b"{}")

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the detail of the next event of `kind`."""
        while (event := await self.events.get()).kind != kind:
            pass
        return event.detail

    async def ended(self) -> None:
        """Wait until the queue has nothing left to do for the event."""
        await asyncio.gather(*self.queue._events)

    async def retry_after(self) -> float:
        """Wait until the event is put back, let the time pass, return how long it was."""
        seconds = (await self.until("async.retry"))["seconds"]
        assert self.clock.pending == [seconds]
        self.clock.advance(seconds)
        return float(seconds)
