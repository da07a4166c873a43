"""A queue of events on a stage: the function and the services around it are played."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from harness.aws import rest_call
from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.journal import Event, Journal
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.destinations.telling import Telling
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoker import Invoked
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.spool import Spool
from tests.harness.accepted import accepted
from tests.harness.services.lambda_.examples import REGION, answer


class Stage:
    """A queue, the function behind it, and what reached its dead letters and destinations.

    results: how the attempts end, one after the other; settings: the event invoke config;
    reserved: the function's concurrency; sent: the calls through the door, with their bodies.
    """

    def __init__(
        self,
        spool: Path,
        journal: Journal,
        clock: ManualClock,
        results: Iterable[Outcome | Exception],
        settings: dict[str, Any] | None = None,
        dead_letters: str = "",
        reserved: int | None = None,
        width: int = 4,
    ) -> None:
        self.clock = clock
        self.dead_letters = dead_letters
        self.reserved = reserved
        self.exists = True
        self.ran: list[tuple[str, bytes]] = []
        self.traces: list[str] = []
        self.sent: list[tuple[Call, bytes]] = []
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        journal.follow(self.events.put_nowait)
        self._settings = settings
        self._results = iter(results)
        functions = Functions(self._control_plane, REGION)
        self.configs = EventInvokeConfigs(functions, clock)
        self.recursion = Recursion(journal, clock)
        self.queue = AsyncQueue(
            self._run,
            functions,
            self.configs,
            self.recursion,
            Telling(self._door, self.configs.settings, journal, clock),
            Spool(spool),
            journal,
            clock,
            width,
        )

    async def begin(self) -> None:
        """Put the event invoke config, and invoke the function once."""
        if self._settings is not None:
            path = "/2019-09-25/functions/f/event-invoke-config"
            operation = "PutFunctionEventInvokeConfig"
            body = orjson.dumps(self._settings)
            call = rest_call("lambda", REGION, operation, "PUT", path, body=body)
            await self.configs.operations[operation](call)
        await self.queue.accept("f", "id-1", b'{"a":1}')

    async def _run(
        self, function: Function, request_id: str, payload: bytes, *, trace: str
    ) -> Invoked:
        self.ran.append((request_id, payload))
        self.traces.append(trace)
        result = next(self._results)
        if isinstance(result, Exception):
            raise result
        return Invoked(result, b"")

    async def _control_plane(self, call: Call) -> Reply:
        if not self.exists:
            return Reply(404, [], b"{}")
        letters = {"DeadLetterConfig": {"TargetArn": self.dead_letters}}
        found = answer(**letters if self.dead_letters else {})
        if self.reserved is not None:
            found["Concurrency"] = {"ReservedConcurrentExecutions": self.reserved}
        return Reply(200, [], orjson.dumps(found))

    async def _door(self, call: Call) -> Reply:
        body = await call.body.read()
        if b"/gone" in body:
            return Reply(400, [], b'{"__type": "QueueDoesNotExist", "message": "gone"}')
        self.sent.append((call, body))
        return accepted(call)

    def messages(self) -> list[dict[str, Any]]:
        """Return the bodies of the messages that reached SQS."""
        return [orjson.loads(body) for call, body in self.sent if call.service == "sqs"]

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the detail of the next event of `kind`."""
        while (event := await self.events.get()).kind != kind:
            pass
        return event.detail

    async def ended(self) -> None:
        """Wait until the queue has nothing left to do at this moment."""
        while self.queue._tasks:
            await asyncio.gather(*self.queue._tasks)

    async def retry_after(self) -> float:
        """Wait until the event is put back, let the time pass, return how long it was."""
        seconds = (await self.until("async.retry"))["seconds"]
        await self.ended()
        assert self.clock.pending == [seconds]
        self.clock.advance(seconds)
        return float(seconds)
