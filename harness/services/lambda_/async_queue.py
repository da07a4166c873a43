"""Lambda's internal queue: accepted at once, run later, retried, and never lost without a trace.

Each function has a lane of its own. What waits for a retry is one timer; what is under way is one
task; payloads that wait are in the spool. Nothing polls.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, Protocol

from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.senders import FAILURES
from harness.services.lambda_ import retries, trace
from harness.services.lambda_.async_event import Answer, AsyncEvent, Attempt
from harness.services.lambda_.destinations.telling import Telling
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoker import Invoked
from harness.services.lambda_.lane import Lane
from harness.services.lambda_.recursion import Recursion, RecursiveInvocationError
from harness.services.lambda_.retries import End, RetryPolicy, Step
from harness.services.lambda_.spool import Spool

_log = logging.getLogger(__name__)


class Run(Protocol):
    """The invoker's `invoke`: raises when the function could not be started."""

    async def __call__(
        self, function: Function, request_id: str, payload: bytes, *, trace: str
    ) -> Invoked: ...


class AsyncQueue:
    """Runs accepted events through `run`; at most `width` of one function at the same time.

    depth: how many accepted events have not ended yet.
    """

    def __init__(
        self,
        run: Run,
        functions: Functions,
        configs: EventInvokeConfigs,
        recursion: Recursion,
        telling: Telling,
        spool: Spool,
        journal: Journal,
        clock: Clock,
        width: int,
    ) -> None:
        self._run = run
        self._functions = functions
        self._configs = configs
        self._recursion = recursion
        self._telling = telling
        self._spool = spool
        self._journal = journal
        self._clock = clock
        self._width = width
        self._lanes: dict[str, Lane[AsyncEvent]] = {}
        self._retries: dict[AsyncEvent, Callable[[], object]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.depth = 0

    async def accept(
        self, reference: str, request_id: str, payload: bytes, header: str = ""
    ) -> None:
        """Take an event; whoever awaited this may answer 202.

        reference: name or name:qualifier; header: the X-Amzn-Trace-Id that came with it.
        """
        try:
            kept = await self._spool.keep(payload)
        except OSError as error:
            message = f"The event cannot be kept in the state directory: {error.strerror}"
            raise AwsError("ServiceException", message, 500, {"Type": "Service"}) from error
        event = AsyncEvent(sys.intern(reference), request_id, kept, header)
        self.depth += 1
        self._note("async.accepted", event)
        self._make_ready(event)

    async def close(self) -> None:
        """Stop; `depth` is then the number of events that were accepted and did not end."""
        for call_off in self._retries.values():
            call_off()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _make_ready(self, event: AsyncEvent) -> None:
        lane = self._lanes.get(event.name)
        if lane is None:
            lane = self._lanes[event.name] = Lane(self._width)
        event.ready_since = self._clock.monotonic()
        lane.add(event)
        self._dispatch(lane)

    def _dispatch(self, lane: Lane[AsyncEvent]) -> None:
        while (event := lane.take()) is not None:
            waited = self._clock.monotonic() - event.ready_since
            event.was_ready(waited, throttled=lane.throttled)
            task = asyncio.ensure_future(self._see_to(lane, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _see_to(self, lane: Lane[AsyncEvent], event: AsyncEvent) -> None:
        """Attempt an event once; then it ends, or it is put back."""
        try:
            step = await self._attempt(event)
            if isinstance(step, End):
                await self._end(event, step.condition)
            else:
                self._put_back(event, step.seconds)
        finally:
            lane.done(throttled=event.throttles > 0)
        self._dispatch(lane)
        if lane.empty:
            self._lanes.pop(event.name, None)

    def _put_back(self, event: AsyncEvent, seconds: float) -> None:
        def due() -> None:
            del self._retries[event]
            event.aged_s += seconds
            self._make_ready(event)

        at = self._clock.moment(seconds)
        self._note("async.retry", event, seconds=seconds, at=at, **_made(event))
        self._retries[event] = self._clock.later(seconds, due)

    async def _attempt(self, event: AsyncEvent) -> Step:
        policy = retries.policy(self._configs.settings(event.name, event.qualifier))
        event.attempt = None
        event.trace = event.trace or trace.rooted(self._clock.now())
        try:
            event.function = function = await self._functions.get(event.reference)
        except Exception as error:
            if isinstance(error, AwsError) and error.status == 404:
                return End("ResourceNotFound")
            return self._not_started(event, policy, error)
        reserved = function.reserved_concurrency
        stopped = retries.before_attempt(policy, reserved=reserved, age_s=event.aged_s)
        return stopped or await self._run_once(event, function, policy)

    async def _run_once(self, event: AsyncEvent, function: Function, policy: RetryPolicy) -> Step:
        now, began = self._clock.now(), self._clock.monotonic()
        age_s = event.aged_s + event.held_s
        self._note("async.attempt", event, attempt=event.attempts + 1, age_s=age_s)
        try:
            header = self._recursion.enter(function.name, event.request_id, event.trace)
            payload = await event.payload.read()
            invoked = await self._run(function, event.request_id, payload, trace=header)
        except RecursiveInvocationError:
            return End("RecursiveInvocation")
        except Exception as error:  # whatever went wrong, the event is not lost by it
            return self._not_started(event, policy, error)
        outcome, took_s = invoked.outcome, self._clock.monotonic() - began
        kept = await self._spool.keep_answer(outcome.payload)
        answer = Answer(outcome.failed, kept, function.version, invoked.trace or header)
        await event.answered(answer, Attempt(now, age_s), took_s)
        if not outcome.failed:
            return End("Success")
        return retries.after_failure(policy, attempts=event.attempts, age_s=event.aged_s)

    def _not_started(self, event: AsyncEvent, policy: RetryPolicy, error: Exception) -> Step:
        """Treat a throttle, and whatever else kept the function from running, as §3.3 says."""
        if not isinstance(error, FAILURES):
            _log.error("event %s could not be run", event.request_id, exc_info=error)
        event.throttles += 1
        self._note("async.not_started", event, reason=str(error))
        return retries.after_throttle(policy, throttles=event.throttles, age_s=event.aged_s)

    async def _end(self, event: AsyncEvent, condition: str) -> None:
        kind = "async.succeeded" if condition == "Success" else "async.dropped"
        self._note(kind, event, condition=condition, attempts=event.attempts, **_made(event))
        await self._telling.tell(event, condition)
        await event.discard()
        self.depth -= 1

    def _note(self, kind: str, event: AsyncEvent, **detail: Any) -> None:
        self._journal.record(kind, function=event.name, request_id=event.request_id, **detail)


def _made(event: AsyncEvent) -> dict[str, float]:
    """Return what `AsyncEventAge` is made of: once for each time that the function ran."""
    made = event.attempt
    return {"started": made.started, "age_s": made.age_s} if made else {}
