"""One execution environment: init, one invocation at a time, frozen in between, ended in the end.

    NEW ── init ──► IDLE ◄──► BUSY
      └─ failed ─┐   ▲          │ time-out, exit, kill
                 ▼   │ init     ▼
                RESET ◄─────────┘          any ── kill ──► DEAD

A reset takes the process and what it held in memory, never the environment: the next invocation
inits again in the same one, with the same log stream and the same files in `/tmp`.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from harness.clock import Clock
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome, exited, timed_out
from harness.services.lambda_.output import Output
from harness.services.lambda_.report import Lines
from harness.services.lambda_.runtime_api import Invocation, Listening, RuntimeApi
from harness.services.lambda_.shown import Shown
from harness.services.lambda_.variables import Place, variables

INIT_LIMIT_S = 10.0


class Running(Protocol):
    """What an enclosure hands out: a started process or container."""

    exited: asyncio.Future[int]

    def init_over(self) -> None: ...
    def peak_memory_mb(self) -> int: ...
    def freeze(self) -> None: ...
    async def thaw(self) -> None: ...
    async def kill(self) -> int: ...


class Enclosure(Protocol):
    """Where the processes of one sandbox run, one after the other, and what outlives them.

    task_root: as the function sees it; variables: what an image would set, where there is none.
    """

    task_root: Path
    variables: Mapping[str, str]

    def runtime_api(self) -> Listening | None:
        """Return what the Runtime API of a process listens on; None for a port of this machine."""
        ...

    async def start(self, handler: str, variables: dict[str, str], output: Output) -> Running: ...
    async def remove(self) -> None: ...


class Executor(Protocol):
    async def enclose(self, function: Function, task_root: Path, directory: Path) -> Enclosure: ...


class SandboxState(enum.Enum):
    NEW = "new"
    IDLE = "idle"
    BUSY = "busy"
    RESET = "reset"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Settled:
    """An invocation's outcome, the milliseconds to it, and the sandbox's peak memory so far.

    max_memory_mb: None where nobody can look.
    """

    outcome: Outcome
    duration_ms: float
    max_memory_mb: int | None


class Sandbox:
    """One environment of one function version.

    init_ms: of a successful init phase, until the first invocation has reported it.
    traced: whether X-Ray takes segments of its role.
    peak_memory_mb: the most that its processes have held, over its whole life (§1.10.3).
    at_end: called once, when it is killed.
    """

    def __init__(
        self,
        function: Function,
        handler: str,
        place: Place,
        enclosure: Enclosure,
        output: Output,
        lines: Lines,
        shown: Shown,
        clock: Clock,
        *,
        traced: bool = False,
    ) -> None:
        self.function = function
        self.traced = traced
        self.log_stream = place.log_stream
        self.state = SandboxState.NEW
        self.init_ms: float | None = None
        self.output = output
        self.lines = lines
        self.at_end: Callable[[], None] | None = None
        self._handler = handler
        self._place = place
        self._enclosure = enclosure
        self._shown = shown
        self._clock = clock
        self._api: RuntimeApi | None = None
        self._process: Running | None = None
        self.peak_memory_mb = 0

    @property
    def cold(self) -> bool:
        """Tell whether an init belongs to the next invocation, before it or within it."""
        return self.init_ms is not None or self._process is None

    def log(self, line: Callable[..., str], *details: object) -> None:
        """Write a line of the platform's own, now."""
        if text := line(self._clock.now(), *details):
            self.output.write(text)

    async def start(self, limit_s: float = INIT_LIMIT_S) -> None:
        """Run the init phase; when it fails, the first invocation inits again (§1.7.1)."""
        began = self._clock.monotonic()
        self.log(self.lines.init_start)
        failure = await self._init("", limit_s, timed_out("", limit_s), "init")
        if failure is None:
            self.init_ms = (self._clock.monotonic() - began) * 1000

    async def _init(
        self, request_id: str, limit_s: float, late: Outcome, phase: str
    ) -> Outcome | None:
        """Start a process and wait until it is ready; return how that failed, and then reset."""
        began = self._clock.monotonic()
        process, api = await self._start_process()
        ready = asyncio.ensure_future(api.ready.wait())
        await _first(limit_s, ready, api.init_error, process.exited)
        ready.cancel()
        failure = _init_failure(api, process, request_id, late)
        if failure is None:
            process.init_over()
            self.state = SandboxState.IDLE
        else:
            await self._reset()
        init_ms = (self._clock.monotonic() - began) * 1000
        self.log(self.lines.init_report, init_ms, phase, failure)
        return failure

    async def _start_process(self) -> tuple[Running, RuntimeApi]:
        self._api = api = RuntimeApi(self._enclosure.runtime_api())
        address = await api.start()
        place = replace(self._place, runtime_api=address)
        environment = variables(self.function, self._handler, place)
        try:
            process = await self._enclosure.start(self._handler, environment, self.output)
        except BaseException:  # whatever it was, this environment will not get better
            await self.kill()
            raise
        self._process = process
        return process, api

    async def invoke(self, invocation: Invocation, started: Callable[[], None]) -> Settled:
        """Run one invocation; a sandbox without a process inits first, within the same limit.

        started: called when that is over and the handler's turn has come, or will never come.
        """
        began = self._clock.monotonic()
        outcome = await self._init_again(invocation.request_id)
        started()
        if outcome is None:
            spent_s = self._clock.monotonic() - began
            outcome = await self._run(invocation, self.function.timeout_s - spent_s)
        duration_ms = (self._clock.monotonic() - began) * 1000
        self._note_memory()
        if outcome.kills:
            await self._reset()
        else:
            self.output.drain()
        return Settled(self._shown.outcome(outcome), duration_ms, self.peak_memory_mb)

    async def _init_again(self, request_id: str) -> Outcome | None:
        """Run what Lambda calls a suppressed init, if there is no process; return its failure."""
        if self._process is not None and self._process.exited.done():
            await self._reset()
        if self._process is not None:
            await self._process.thaw()
            return None
        limit_s = self.function.timeout_s
        return await self._init(request_id, limit_s, timed_out(request_id, limit_s), "invoke")

    async def _run(self, invocation: Invocation, limit_s: float) -> Outcome:
        process, api = self._running()
        self.state = SandboxState.BUSY
        answer = api.offer(invocation)
        await _first(limit_s, answer, process.exited)
        if answer.done():
            return answer.result()
        answer.cancel()
        if process.exited.done():
            return exited(invocation.request_id, process.exited.result())
        return timed_out(invocation.request_id, self.function.timeout_s)

    def _running(self) -> tuple[Running, RuntimeApi]:
        """Return process and Runtime API as they are now: `kill` may come at any `await`."""
        assert self._process is not None
        assert self._api is not None
        return self._process, self._api

    async def settle(self) -> None:
        """Wait until the runtime asks for its next invocation, then freeze; or find it gone."""
        if self._process is None:
            return
        process, api = self._running()
        ready = asyncio.ensure_future(api.ready.wait())
        await _first(self.function.timeout_s, ready, process.exited)
        ready.cancel()
        if self.state is SandboxState.DEAD:
            return
        if api.ready.is_set() and not process.exited.done():
            self.state = SandboxState.IDLE
            process.freeze()
            return
        await self._reset()

    def _note_memory(self) -> None:
        if self._process is not None:
            self.peak_memory_mb = max(self.peak_memory_mb, self._process.peak_memory_mb())

    async def _reset(self) -> None:
        """End the process, keep the environment."""
        if self.state is not SandboxState.DEAD:
            self.state = SandboxState.RESET
        self._note_memory()
        process, self._process = self._process, None
        if process is not None:
            await process.kill()
        self.output.close()
        api, self._api = self._api, None
        if api is not None:
            await api.close()

    async def crash(self) -> None:
        """End the process as a signal from nowhere does; what runs in it finds it gone."""
        if self._process is not None:
            await self._process.kill()

    async def kill(self) -> None:
        """End the sandbox and everything in it; harmless when it is dead already."""
        if self.state is SandboxState.DEAD:
            return
        self.state = SandboxState.DEAD
        if self.at_end is not None:
            self.at_end()
        await self._reset()
        await self._enclosure.remove()


def _init_failure(
    api: RuntimeApi, process: Running, request_id: str, late: Outcome
) -> Outcome | None:
    if api.init_error.done():
        return api.init_error.result()
    if api.ready.is_set():
        return None
    if process.exited.done():
        return exited(request_id, process.exited.result())
    return late


async def _first(timeout: float, *futures: asyncio.Future[Any]) -> None:
    """Wait until one of `futures` is done or `timeout` seconds have passed."""
    await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
