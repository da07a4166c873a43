"""One event that was accepted for asynchronous invocation, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass

from harness.services.lambda_.destinations.ending import Ending, Response
from harness.services.lambda_.function import Function
from harness.services.lambda_.spool import Kept


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function last answered.

    version: the one that did; trace: the header that this attempt had.
    """

    failed: bool
    payload: Kept
    version: str
    trace: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """started: epoch seconds; age_s: how old the event was then, waits for the machine included."""

    started: float
    age_s: float


@dataclass(slots=True, eq=False)
class AsyncEvent:
    """reference: name or name:qualifier, as it was invoked. trace: the header that came with it,
    else one of its own from its first attempt on.

    aged_s: its age as AWS would have it: prescribed waits in full, however much shorter
    `--time-scale` makes them, the function's own time, and what throttles held it up for.
    held_s: how long this machine was too busy for it. That makes no event too old.
    throttles: in a row, since the last answer. attempt: the one just made, None without one.
    """

    reference: str
    request_id: str
    payload: Kept
    trace: str = ""
    attempts: int = 0
    throttles: int = 0
    aged_s: float = 0.0
    held_s: float = 0.0
    ready_since: float = 0.0
    function: Function | None = None
    attempt: Attempt | None = None
    answer: Answer | None = None

    @property
    def name(self) -> str:
        return self.reference.partition(":")[0]

    @property
    def qualifier(self) -> str:
        return self.reference.partition(":")[2] or "$LATEST"

    def was_ready(self, seconds: float, *, throttled: bool) -> None:
        """Count the time in line: throttled or, with this machine's sandboxes all taken, held."""
        if throttled:
            self.aged_s += seconds
        else:
            self.held_s += seconds

    async def answered(self, answer: Answer, attempt: Attempt, seconds: float) -> None:
        """Count an attempt of that many seconds; beyond the time-out it waited for a sandbox."""
        assert self.function is not None
        own = min(seconds, self.function.timeout_s)
        self.aged_s += own
        self.held_s += seconds - own
        self.attempts += 1
        self.throttles = 0
        self.attempt = attempt
        if self.answer is not None:
            await self.answer.payload.discard()
        self.answer = answer

    async def ending(self, condition: str, now: float) -> Ending:
        """Return what is told of its end; `function` must be known."""
        assert self.function is not None
        answer = self.answer
        return Ending(
            function=self.name,
            arn=f"{self.function.unqualified_arn}:{self.qualifier}",
            request_id=self.request_id,
            payload=await self.payload.read(),
            condition=condition,
            attempts=self.attempts,
            time=now,
            response=await _response(answer) if answer else None,
            trace=answer.trace if answer else self.trace,
        )

    async def discard(self) -> None:
        """Give up what is kept for it; it has ended."""
        await self.payload.discard()
        if self.answer is not None:
            await self.answer.payload.discard()


async def _response(answer: Answer) -> Response:
    return Response(answer.failed, await answer.payload.read(), answer.version)
