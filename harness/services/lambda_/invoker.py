"""One invocation from start to end: a sandbox, the handler, the platform's lines, the record."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass

from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.lambda_.function import Function
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.pool import Pool
from harness.services.lambda_.report import Measured
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import Sandbox

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
        self.pools: dict[str, Pool] = {}
        self.last_errors: dict[str, str] = {}

    def pool(self, function: Function) -> Pool:
        key = f"{function.name}:{function.version}"
        if key not in self.pools:
            self.pools[key] = Pool(self._launch, self._bound)
        return self.pools[key]

    async def invoke(
        self, function: Function, request_id: str, payload: bytes, client_context: str = ""
    ) -> Invoked:
        """Run one invocation; raises TooManyRequestsException when it is throttled."""
        pool = self.pool(function)
        sandbox = await self._acquire(pool, function, request_id)
        try:
            return await self._run(sandbox, request_id, payload, client_context, pool.busy)
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

    def retire(self, name: str, version: str = "") -> None:
        """End the sandboxes of a function, or of one version: at once, or after they have run."""
        for key, pool in self.pools.items():
            if key == f"{name}:{version}" or (not version and key.startswith(f"{name}:")):
                pool.retire()

    async def close(self) -> None:
        for pool in self.pools.values():
            await pool.close()

    async def _launch(self, function: Function, _request_id: str) -> Sandbox:
        return await self._launcher.launch(function)

    async def _run(
        self, sandbox: Sandbox, request_id: str, payload: bytes, context: str, concurrency: int
    ) -> Invoked:
        function, started = sandbox.function, self._clock.now()
        tail: deque[str] = deque(maxlen=200)
        self._note("invocation.started", function, request_id, cold=sandbox.cold)
        invocation = self._invocation(function, request_id, payload, context, started)
        settled = await sandbox.invoke(invocation, lambda: _begin(sandbox, request_id, tail))
        outcome, init_ms = settled.outcome, sandbox.init_ms
        measured = Measured(settled.duration_ms, init_ms, settled.max_memory_mb)
        sandbox.log(sandbox.lines.end, request_id, measured, outcome)
        sandbox.log(sandbox.lines.report, request_id, measured, outcome)
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

    def _invocation(
        self, function: Function, request_id: str, payload: bytes, context: str, started: float
    ) -> Invocation:
        deadline_ms = int((started + function.timeout_s) * 1000)
        trace = f"Root=1-{int(started):08x}-{secrets.token_hex(12)};Sampled=0"
        return Invocation(request_id, payload, deadline_ms, function.arn, trace, context)

    def _note(self, kind: str, function: Function, request_id: str, **detail: object) -> None:
        self._journal.record(kind, function=function.name, request_id=request_id, **detail)


def _begin(sandbox: Sandbox, request_id: str, tail: deque[str]) -> None:
    """Write the first line of an invocation; what comes from now on is its log."""
    sandbox.output.tee = tail.append
    sandbox.log(sandbox.lines.start, request_id)
