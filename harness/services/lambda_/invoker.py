"""One invocation from start to end: a sandbox, the handler, the platform's lines, the record."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.lambda_.function import Function
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.pool import Pool
from harness.services.lambda_.report import (
    Measured,
    end_line,
    init_line,
    report_line,
    start_line,
)
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import INIT_LIMIT_S, Sandbox

_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Invoked:
    """log_tail: the last 4 KB of the invocation's log."""

    outcome: Outcome
    log_tail: bytes


class Invoker:
    """Invokes functions in sandboxes; at most `bound` of one function at the same time."""

    def __init__(self, launcher: Launcher, journal: Journal, clock: Clock, bound: int) -> None:
        self._launcher = launcher
        self._journal = journal
        self._clock = clock
        self._bound = bound
        self._failures: dict[Sandbox, Outcome] = {}
        self.pools: dict[str, Pool] = {}
        self.last_errors: dict[str, str] = {}

    def pool(self, function: Function) -> Pool:
        key = f"{function.name}:{function.version}"
        if key not in self.pools:
            self.pools[key] = Pool(self._launch, self._bound)
        return self.pools[key]

    async def invoke(
        self,
        function: Function,
        request_id: str,
        payload: bytes,
        client_context: str = "",
        *,
        trace: str = "",
    ) -> Invoked:
        """Run one invocation; raises TooManyRequestsException when it is throttled.

        trace: the X-Ray header that the function hands on.
        """
        pool = self.pool(function)
        sandbox = await self._acquire(pool, function, request_id)
        try:
            return await self._run(sandbox, request_id, payload, client_context, trace, pool.busy)
        finally:
            pool.release(sandbox)

    async def _acquire(self, pool: Pool, function: Function, request_id: str) -> Sandbox:
        try:
            return await pool.acquire(function, request_id)
        except AwsError as error:
            if error.status == 429:
                reason = error.fields["Reason"]
                self._note("invocation.throttled", function, request_id, reason=reason)
            raise

    def describe(self, name: str) -> dict[str, object]:
        """Return what `status` shows of a function: its sandboxes, all versions together."""
        pools = [pool for key, pool in self.pools.items() if key.startswith(f"{name}:")]
        return {
            "sandboxes": sum(pool.alive for pool in pools),
            "running": sum(pool.busy for pool in pools),
            "waiting": sum(pool.waiting for pool in pools),
            "last_error": self.last_errors.get(name, ""),
        }

    async def close(self) -> None:
        for pool in self.pools.values():
            await pool.close()

    async def _launch(self, function: Function, request_id: str) -> Sandbox:
        """Start a sandbox; a failed init stays with it as the answer of its one invocation."""
        sandbox, failure = await self._launcher.launch(function, INIT_LIMIT_S, request_id)
        if failure is not None and failure.status == "timeout":
            # "Suppressed init": Lambda tries once more, within the function's own time-out.
            self._log(sandbox, init_line(sandbox.init_ms or 0, "init", failure))
            limit_s = function.timeout_s
            sandbox, failure = await self._launcher.launch(function, limit_s, request_id)
        if failure is not None:
            self._failures[sandbox] = failure
        return sandbox

    async def _run(
        self,
        sandbox: Sandbox,
        request_id: str,
        payload: bytes,
        context: str,
        trace: str,
        concurrency: int,
    ) -> Invoked:
        function, started = sandbox.function, self._clock.now()
        tail: deque[str] = deque(maxlen=200)
        sandbox.output.tee = tail.append
        self._note("invocation.started", function, request_id, cold=sandbox.init_ms is not None)
        self._log(sandbox, start_line(request_id, function.version))
        outcome, measured = await self._outcome(
            sandbox, request_id, payload, context, trace, started
        )
        self._log(sandbox, end_line(request_id))
        self._log(sandbox, report_line(request_id, function.memory_mb, measured, outcome))
        sandbox.output.tee = None
        sandbox.init_ms = None
        if outcome.failed:
            self.last_errors[function.name] = outcome.error_type
        self._note(
            "invocation.finished",
            function,
            request_id,
            started=started,
            failed=outcome.failed,
            error_type=outcome.error_type,
            duration_ms=round(measured.duration_ms, 3),
            init_ms=measured.init_ms,
            billed_ms=measured.billed_ms,
            max_memory_mb=measured.max_memory_mb,
            concurrency=concurrency,
        )
        return Invoked(outcome, "\n".join(tail).encode()[-_TAIL_BYTES:])

    async def _outcome(
        self,
        sandbox: Sandbox,
        request_id: str,
        payload: bytes,
        context: str,
        trace: str,
        started: float,
    ) -> tuple[Outcome, Measured]:
        if failure := self._failures.pop(sandbox, None):
            self._log(sandbox, init_line(sandbox.init_ms or 0, "init", failure))
            return failure, Measured(0.0, sandbox.init_ms, 0)
        function = sandbox.function
        deadline_ms = int((started + function.timeout_s) * 1000)
        arn = function.arn
        settled = await sandbox.invoke(
            Invocation(request_id, payload, deadline_ms, arn, trace, context)
        )
        measured = Measured(settled.duration_ms, sandbox.init_ms, settled.max_memory_mb)
        return settled.outcome, measured

    def _log(self, sandbox: Sandbox, message: str) -> None:
        sandbox.output.write(message)

    def _note(self, kind: str, function: Function, request_id: str, **detail: object) -> None:
        self._journal.record(kind, function=function.name, request_id=request_id, **detail)
