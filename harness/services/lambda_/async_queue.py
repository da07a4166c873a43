"""Lambda's internal queue: accepted at once, run later, retried, and never lost without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from harness.call import Handler
from harness.clock import Clock
from harness.errors import AwsError, HarnessError
from harness.http1 import ProtocolError
from harness.journal import Journal
from harness.services.lambda_.destinations import (
    Ending,
    dead_letter_attributes,
    record,
    send_to_queue,
)
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoker import Invoked
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.retries import (
    GiveUp,
    RetryAfter,
    RetryPolicy,
    after_failure,
    after_throttle,
)

Run = Callable[[Function, str, bytes], Awaitable[Invoked]]
Message = tuple[str, str, dict[str, Any] | None]
_UNAVAILABLE = (AwsError, HarnessError, ProtocolError, ConnectionError)


@dataclass(slots=True)
class AsyncEvent:
    """One accepted event; function: the reference it was invoked by."""

    function: str
    request_id: str
    payload: bytes
    accepted: float
    attempts: int = 0
    throttles: int = 0


class AsyncQueue:
    """Runs accepted events through `run(function, request_id, payload)`, which is the invoker's."""

    def __init__(
        self, run: Run, functions: Functions, door: Handler, journal: Journal, clock: Clock
    ) -> None:
        self._run = run
        self._functions = functions
        self._door = door
        self._journal = journal
        self._clock = clock
        self._events: set[asyncio.Task[None]] = set()

    @property
    def depth(self) -> int:
        """Return how many accepted events have not ended yet."""
        return len(self._events)

    def accept(self, function: str, request_id: str, payload: bytes) -> None:
        event = AsyncEvent(function, request_id, payload, self._clock.now())
        self._note("async.accepted", event)
        task = asyncio.ensure_future(self._see_through(event))
        self._events.add(task)
        task.add_done_callback(self._events.discard)

    async def close(self) -> None:
        for task in self._events:
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)

    async def _see_through(self, event: AsyncEvent) -> None:
        """Attempt until the event succeeds or is given up, then tell its destinations."""
        while True:
            outcome = await self._attempt(event)
            if outcome is not None and not outcome.failed:
                return await self._end(event, outcome, "Success")
            verdict = self._verdict(await self._policy(event), event, outcome)
            if isinstance(verdict, GiveUp):
                return await self._end(event, outcome, verdict.condition)
            self._note("async.retry", event, seconds=verdict.seconds)
            await self._clock.wait(verdict.seconds)

    async def _attempt(self, event: AsyncEvent) -> Outcome | None:
        """Run the event once; None when it was throttled or could not be started."""
        self._note("async.attempt", event, age_s=self._age(event))
        try:
            function = await self._functions.get(event.function)
            invoked = await self._run(function, event.request_id, event.payload)
        except _UNAVAILABLE as error:
            event.throttles += 1
            self._note("async.not_started", event, reason=str(error))
            return None
        event.attempts += 1
        event.throttles = 0
        return invoked.outcome

    async def _policy(self, event: AsyncEvent) -> RetryPolicy:
        settings = await self._settings(event)
        default = RetryPolicy()
        return RetryPolicy(
            settings.get("MaximumRetryAttempts", default.maximum_retries),
            settings.get("MaximumEventAgeInSeconds", default.maximum_age_s),
        )

    async def _settings(self, event: AsyncEvent) -> dict[str, Any]:
        try:
            return await self._functions.event_invoke_config(event.function)
        except _UNAVAILABLE as error:
            self._note("async.settings_unknown", event, reason=str(error))
            return {}

    def _verdict(
        self, policy: RetryPolicy, event: AsyncEvent, outcome: Outcome | None
    ) -> RetryAfter | GiveUp:
        age_s = self._age(event)
        if outcome is None:
            return after_throttle(policy, throttles=event.throttles, age_s=age_s)
        return after_failure(policy, attempts=event.attempts, age_s=age_s)

    def _age(self, event: AsyncEvent) -> float:
        return self._clock.now() - event.accepted

    async def _end(self, event: AsyncEvent, outcome: Outcome | None, condition: str) -> None:
        kind = "async.succeeded" if condition == "Success" else "async.dropped"
        self._note(kind, event, condition=condition, attempts=event.attempts)
        ending = Ending(event.request_id, event.payload, condition, event.attempts, outcome)
        settings = await self._settings(event)
        try:
            function = await self._functions.get(event.function)
        except _UNAVAILABLE as error:
            self._note("async.destination_failed", event, target="", reason=str(error))
            return
        for message in self._messages(settings, function, ending):
            await self._send(event, message)

    async def _send(self, event: AsyncEvent, message: Message) -> None:
        target, body, attributes = message
        try:
            await send_to_queue(self._door, target, body, attributes)
            self._note("async.delivered", event, target=target)
        except _UNAVAILABLE as error:
            self._note("async.destination_failed", event, target=target, reason=str(error))

    def _note(self, kind: str, event: AsyncEvent, **detail: Any) -> None:
        self._journal.record(kind, function=event.function, request_id=event.request_id, **detail)

    def _messages(
        self, settings: dict[str, Any], function: Function, ending: Ending
    ) -> list[Message]:
        succeeded = ending.condition == "Success"
        configured = settings.get("DestinationConfig", {})
        side = configured.get("OnSuccess" if succeeded else "OnFailure") or {}
        messages: list[Message] = []
        if target := side.get("Destination"):
            messages.append((target, record(function, ending, self._clock.now()).decode(), None))
        if function.dead_letter_arn and not succeeded:
            letter = ending.payload.decode(errors="replace")
            messages.append((function.dead_letter_arn, letter, dead_letter_attributes(ending)))
        return messages
