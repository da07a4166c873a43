"""One invocation from start to end: a sandbox, the handler, the platform's lines, the record."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.lambda_.attached import Docks
from harness.services.lambda_.chains import Chains
from harness.services.lambda_.function import ON_DEMAND, Function
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.pool import Pool
from harness.services.lambda_.provisioning import LATEST
from harness.services.lambda_.report import Measured
from harness.services.lambda_.room import Room
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import INIT_LIMIT_S
from harness.services.lambda_.segments import Span
from harness.services.lambda_.serving import Serving
from harness.services.lambda_.throttle import Throttle
from harness.services.lambda_.trace import root, rooted
from harness.services.lambda_.tracing import Tracing

_TAIL_BYTES = 4096
_PROVISIONED_INIT_S = 130.0


@dataclass(frozen=True, slots=True)
class Invoked:
    """log_tail: the last 4 KB of the invocation's log. trace: the header the function found."""

    outcome: Outcome
    log_tail: bytes
    trace: str = ""


@dataclass(frozen=True, slots=True)
class _Invocation:
    """function: as it was asked for, so with the qualifier of the call in its ARN.

    trace: the header that the function finds. span: None for what X-Ray gets no trace of.
    """

    function: Function
    request_id: str
    payload: bytes
    trace: str
    span: Span | None
    client_context: str


class Invoker:
    """Invokes functions in sandboxes; `room` is what this machine bears of them.

    docks: of the functions whose sandboxes are not started here.
    """

    def __init__(
        self,
        launcher: Launcher,
        journal: Journal,
        clock: Clock,
        throttle: Throttle,
        room: Room,
        tracing: Tracing,
        docks: Docks,
    ) -> None:
        self._launcher = launcher
        self._docks = docks
        self._journal = journal
        self._clock = clock
        self._throttle = throttle
        self._room = room
        self._tracing = tracing
        self._chains = Chains()
        self.pools: dict[str, Pool] = {}
        self.last_errors: dict[str, str] = {}

    def pool(self, function: Function) -> Pool:
        key = f"{function.name}:{function.version}"
        if key not in self.pools:
            self._sweep()
            dock = self._docks.of(function.name)
            self.pools[key] = (
                Pool(dock.lease, dock.berths) if dock else Pool(self._launch, self._room)
            )
        return self.pools[key]

    def _sweep(self) -> None:
        """Forget the pools of functions that are not used any more, or not there any more."""
        for key in [key for key, pool in self.pools.items() if pool.spent]:
            self.pools.pop(key).leave()

    async def invoke(
        self,
        function: Function,
        request_id: str,
        payload: bytes,
        client_context: str = "",
        *,
        trace: str = "",
    ) -> Invoked:
        """Run an invocation somebody waits for; raises TooManyRequestsException when throttled.

        trace: the X-Ray header that the function hands on; a new one when there is none.
        """
        name, reserved = function.name, function.reserved_concurrency
        with self._throttling(function, request_id):
            self._throttle.count_request(name, reserved)
            self._throttle.enter(name, reserved)
        try:
            with self._chains.called(trace) as urgent:
                invocation = self._invocation(function, request_id, payload, client_context, trace)
                pool = self.pool(function)
                sandbox = await pool.acquire(function, urgent=urgent)
                return await self._served(pool, sandbox, invocation)
        finally:
            self._throttle.leave(name, reserved)

    async def run_event(
        self, function: Function, request_id: str, payload: bytes, *, trace: str = ""
    ) -> Invoked:
        """Run an event out of a queue; raises TooManyRequestsException when it is throttled.

        It counts as running from the moment there is a sandbox for it: an event that waits for
        this machine would run on AWS, so it must not be throttled for that.
        """
        name, reserved = function.name, function.reserved_concurrency
        counted = False

        def admit() -> None:
            nonlocal counted
            self._throttle.enter(name, reserved)
            counted = True

        try:
            invocation = self._invocation(function, request_id, payload, "", trace)
            pool = self.pool(function)
            with self._throttling(function, request_id):
                sandbox = await pool.acquire(function, admit)
            return await self._served(pool, sandbox, invocation)
        finally:
            if counted:
                self._throttle.leave(name, reserved)

    def _invocation(
        self,
        function: Function,
        request_id: str,
        payload: bytes,
        client_context: str,
        trace: str,
    ) -> _Invocation:
        if not root(trace):
            trace = rooted(self._clock.now())
        header, span = self._tracing.begin(function, trace)
        return _Invocation(function, request_id, payload, header, span, client_context)

    async def _served(self, pool: Pool, sandbox: Serving, invocation: _Invocation) -> Invoked:
        try:
            with self._chains.running(invocation.trace):
                return await self._run(sandbox, invocation)
        finally:
            pool.release(sandbox)

    @contextmanager
    def _throttling(self, function: Function, request_id: str) -> Iterator[None]:
        try:
            yield
        except AwsError as error:
            if error.status == 429:
                reason = error.fields["Reason"]
                self._note("invocation.throttled", function, request_id, reason=reason)
            raise

    async def prepare(self, function: Function) -> bool:
        """Start a sandbox ahead of any invocation and keep it; tell whether its init succeeded."""
        return await self.pool(function).prepare(function)

    def retire(self, name: str, version: str = "") -> None:
        """End the sandboxes of a function, or of one version: at once, or after they have run."""
        for key, pool in list(self.pools.items()):
            if key == f"{name}:{version}" or (not version and key.startswith(f"{name}:")):
                pool.retire()

    def describe(self, name: str) -> dict[str, object]:
        """Return what `status` shows of a function: its sandboxes, all versions together."""
        pools = [pool for key, pool in self.pools.items() if key.startswith(f"{name}:")]
        return {
            "sandboxes": sum(pool.alive for pool in pools),
            "running": sum(pool.busy - pool.waiting for pool in pools),
            "waiting": sum(pool.waiting for pool in pools),
            "last_error": self.last_errors.get(name, ""),
        }

    async def close(self) -> None:
        for pool in self.pools.values():
            await pool.close()

    async def _launch(self, function: Function) -> Serving:
        return await self._launcher.launch(function, _init_limit(function))

    async def _run(self, sandbox: Serving, invocation: _Invocation) -> Invoked:
        function, request_id = invocation.function, invocation.request_id
        started = self._clock.now()
        tail: deque[str] = deque(maxlen=200)
        self._note(
            "invocation.started",
            function,
            request_id,
            cold=sandbox.cold,
            initialization=sandbox.function.initialization,
            version=sandbox.function.version,
            reserved=function.reserved_concurrency is not None,
        )
        offered = Invocation(
            request_id,
            invocation.payload,
            int((started + sandbox.function.timeout_s) * 1000),
            function.arn,
            invocation.trace,
            invocation.client_context,
        )
        settled = await sandbox.invoke(offered, lambda: _begin(sandbox, request_id, tail))
        outcome, init_ms = settled.outcome, sandbox.init_ms
        if invocation.span and sandbox.traced:
            self._tracing.end(
                *(invocation.span, function, request_id, outcome), began=started, init_ms=init_ms
            )
        measured = Measured(settled.duration_ms, init_ms, settled.max_memory_mb)
        sandbox.log(sandbox.lines.end, request_id, measured, outcome)
        sandbox.log(sandbox.lines.report, request_id, measured, outcome)
        sandbox.output.tee = None
        sandbox.init_ms = None
        if outcome.failed:
            self.last_errors[function.name] = outcome.error_name
        self._note(
            "invocation.finished",
            function,
            request_id,
            started=started,
            failed=outcome.failed,
            error_type=outcome.error_name,
            duration_ms=round(measured.duration_ms, 3),
            init_ms=measured.init_ms,
            billed_ms=measured.billed_ms,
            max_memory_mb=measured.max_memory_mb,
            concurrency=self._throttle.running(function.name),
            allocated=self._throttle.allocated,
            initialization=sandbox.function.initialization,
            provisioned=0 if function.version == LATEST else self.pool(function).prepared,
            reserved=function.reserved_concurrency is not None,
            qualifier=function.qualifier,
            version=sandbox.function.version,
        )
        return Invoked(outcome, "\n".join(tail).encode()[-_TAIL_BYTES:], invocation.trace)

    def _note(self, kind: str, function: Function, request_id: str, **detail: object) -> None:
        self._journal.record(kind, function=function.name, request_id=request_id, **detail)


def _begin(sandbox: Serving, request_id: str, tail: deque[str]) -> None:
    """Write the first line of an invocation; what comes from now on is its log."""
    sandbox.output.tee = tail.append
    sandbox.log(sandbox.lines.start, request_id)


def _init_limit(function: Function) -> float:
    """Return how long init may take (aws-behaviour §1.7.1)."""
    if function.initialization == ON_DEMAND:
        return INIT_LIMIT_S
    return max(_PROVISIONED_INIT_S, function.timeout_s)
