"""One execution environment: init, one invocation at a time, frozen in between, killed at the end.

STARTING ── ready ──► IDLE ◄──► BUSY
    └───────── init failed, time-out, exit, kill ──────► DEAD
"""

from __future__ import annotations

import asyncio
import enum
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.clock import Clock
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome, exited, timed_out
from harness.services.lambda_.output import Output
from harness.services.lambda_.runtime_api import Invocation, RuntimeApi
from harness.services.lambda_.variables import Place, variables

INIT_LIMIT_S = 10.0


class Running(Protocol):
    """What an executor hands out: a started sandbox process or container."""

    exited: asyncio.Future[int]

    def peak_memory_mb(self) -> int: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    async def kill(self) -> int: ...


class Executor(Protocol):
    interpreter: Path

    async def start(
        self, handler: str, task_root: Path, variables: dict[str, str], output: Output
    ) -> Running: ...


class SandboxState(enum.Enum):
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Settled:
    """An invocation's outcome, the milliseconds to it, and the sandbox's peak memory so far."""

    outcome: Outcome
    duration_ms: float
    max_memory_mb: int


class Sandbox:
    """One environment of one function version.

    directory: its own, holding what the function sees as `/tmp`; removed when it is killed.
    at_end: called once, when it is killed.
    init_ms: time to the first `next`, until the first invocation has reported it.
    """

    def __init__(
        self,
        function: Function,
        place: Place,
        directory: Path,
        output: Output,
        api: RuntimeApi,
        clock: Clock,
    ) -> None:
        self.function = function
        self.log_stream = place.log_stream
        self.state = SandboxState.STARTING
        self.init_ms: float | None = None
        self.output = output
        self.at_end: Callable[[], None] | None = None
        self._place = place
        self._directory = directory
        self._api = api
        self._clock = clock
        self._process: Running | None = None

    @property
    def ended(self) -> bool:
        """Tell whether the process is gone, although nobody here has ended it."""
        return self._process is not None and self._process.exited.done()

    async def start(
        self, executor: Executor, handler: str, limit_s: float, request_id: str
    ) -> Outcome | None:
        """Run the init phase; return how it failed, None when the sandbox is ready.

        On failure the process is gone and the sandbox dead; the outcome answers `request_id`.
        """
        began = self._clock.monotonic()
        environment = variables(self.function, handler, self._place)
        process = await executor.start(handler, self._place.task_root, environment, self.output)
        self._process = process
        self.output.started()
        failure = await self._initialised(process, limit_s, request_id)
        self.init_ms = (self._clock.monotonic() - began) * 1000
        if failure is not None:
            await self.kill()
        else:
            self.state = SandboxState.IDLE
        return failure

    async def _initialised(
        self, process: Running, limit_s: float, request_id: str
    ) -> Outcome | None:
        ready = asyncio.ensure_future(self._api.ready.wait())
        await _first(limit_s, ready, self._api.init_error, process.exited)
        ready.cancel()
        if self._api.init_error.done():
            return self._api.init_error.result()
        if self._api.ready.is_set():
            return None
        if process.exited.done():
            return exited(request_id, process.exited.result())
        return timed_out(request_id, round(limit_s))

    async def invoke(self, invocation: Invocation) -> Settled:
        """Hand over one invocation and wait for its end; time-out and exit kill the sandbox."""
        assert self._process is not None
        assert self.state is SandboxState.IDLE
        self.state = SandboxState.BUSY
        self._process.thaw()
        began = self._clock.monotonic()
        answer = self._api.offer(invocation)
        await _first(self.function.timeout_s, answer, self._process.exited)
        outcome = self._outcome(answer, invocation.request_id)
        duration_ms = (self._clock.monotonic() - began) * 1000
        memory_mb = self._process.peak_memory_mb()
        if outcome.kills:
            await self.kill()
        else:
            self.output.drain()
        return Settled(outcome, duration_ms, memory_mb)

    def _outcome(self, answer: asyncio.Future[Outcome], request_id: str) -> Outcome:
        assert self._process is not None
        if answer.done():
            return answer.result()
        answer.cancel()
        if self._process.exited.done():
            return exited(request_id, self._process.exited.result())
        return timed_out(request_id, self.function.timeout_s)

    async def settle(self) -> None:
        """Wait until the runtime asks for its next invocation, then freeze; or find it dead."""
        assert self._process is not None
        ready = asyncio.ensure_future(self._api.ready.wait())
        await _first(self.function.timeout_s, ready, self._process.exited)
        ready.cancel()
        if self._api.ready.is_set():
            self.state = SandboxState.IDLE
            self._process.freeze()
            return
        await self.kill()

    async def kill(self) -> None:
        """End the sandbox and remove its directory; harmless when it is dead already."""
        if self.state is SandboxState.DEAD:
            return
        self.state = SandboxState.DEAD
        if self.at_end is not None:
            self.at_end()
        if self._process is not None:
            await self._process.kill()
        self.output.close()
        await self._api.close()
        await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)


async def _first(timeout: float, *futures: asyncio.Future[Any]) -> None:
    """Wait until one of `futures` is done or `timeout` seconds have passed."""
    await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
