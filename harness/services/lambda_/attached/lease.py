"""A replica for the time of one invocation: what the pool knows as a sandbox.

It is dead as soon as it has served, and the replica is the dock's again. So all versions of a
function, before and after a change of its configuration, share what is attached.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from harness.clock import Clock
from harness.services.lambda_.attached.replica import Replica
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome, exited, timed_out
from harness.services.lambda_.output import Output
from harness.services.lambda_.report import Lines
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import SandboxState, Settled

_UNKNOWN_CODE = 0  # all that shows here is that a connection ended


class Lessor(Protocol):
    def take_back(self, replica: Replica) -> None:
        """Take a replica that can serve again."""
        ...

    def dismiss(self, replica: Replica) -> None:
        """Take a replica that cannot; its runtime is refused whatever it asks next."""
        ...


class Lease:
    """cold: whether the replica serves for the first time; how long its init took is not known."""

    traced = True

    def __init__(
        self,
        function: Function,
        replica: Replica,
        lessor: Lessor,
        output: Output,
        lines: Lines,
        clock: Clock,
        *,
        cold: bool,
    ) -> None:
        self.function = function
        self.output = output
        self.lines = lines
        self.cold = cold
        self.init_ms: float | None = None
        self.state = SandboxState.IDLE
        self._replica = replica
        self._lessor = lessor
        self._clock = clock

    def log(self, line: Callable[..., str], *details: object) -> None:
        """Write a line of the platform's own, now."""
        if text := line(self._clock.now(), *details):
            self.output.write(text)

    async def invoke(self, invocation: Invocation, started: Callable[[], None]) -> Settled:
        """Run one invocation; `started` is called at once."""
        began = self._clock.monotonic()
        started()
        outcome = await self._run(invocation)
        duration_ms = (self._clock.monotonic() - began) * 1000
        if outcome.kills:
            await self.kill()
        return Settled(outcome, duration_ms, max_memory_mb=None)

    async def _run(self, invocation: Invocation) -> Outcome:
        replica = self._replica
        if replica.failed:
            return replica.api.init_error.result()
        self.state = SandboxState.BUSY
        answer = replica.api.offer(invocation)
        await _first(self.function.timeout_s, answer, replica.gone)
        if answer.done():
            return answer.result()
        answer.cancel()
        if replica.gone.done():
            return exited(invocation.request_id, _UNKNOWN_CODE)
        return timed_out(invocation.request_id, self.function.timeout_s)

    async def settle(self) -> None:
        """Wait until the runtime asks for its next invocation, or is gone; the lease is over."""
        replica = self._replica
        ready = asyncio.ensure_future(replica.api.ready.wait())
        await _first(self.function.timeout_s, ready, replica.gone)
        ready.cancel()
        if self.state is SandboxState.DEAD:
            return
        if replica.gone.done() or not replica.api.ready.is_set():
            await self.kill()
            return
        self.state = SandboxState.DEAD
        self._lessor.take_back(replica)

    async def kill(self) -> None:
        """End the lease without having the replica serve again; harmless when it is over."""
        if self.state is SandboxState.DEAD:
            return
        self.state = SandboxState.DEAD
        self._lessor.dismiss(self._replica)


async def _first(timeout: float, *futures: asyncio.Future[Any]) -> None:
    """Wait until one of `futures` is done or `timeout` seconds have passed."""
    await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
