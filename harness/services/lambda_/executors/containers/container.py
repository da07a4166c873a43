"""One process of a sandbox: a container, from its start until it is removed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from harness.errors import AwsError
from harness.services.lambda_.executors.containers.engine import Engine
from harness.services.lambda_.executors.containers.limits import PERIOD_US, Limits
from harness.services.lambda_.executors.exit_status import KILLED, return_code
from harness.services.lambda_.executors.memory_watch import (
    MemoryWatch,
    tree_bytes,
    tree_peak_bytes,
)

PAUSE_AFTER_S = 0.05
"""A pause and its end take the engine 40 ms, which would be most of a warm invocation."""
_MB = 1024 * 1024

_log = logging.getLogger(__name__)


class Container:
    """A started container; `exited` resolves to its return code, negative for a signal.

    memory_limit: bytes; `MemoryWatch` looks at it while it is not paused.
    """

    def __init__(
        self, engine: Engine, name: str, memory_mb: int, limits: Limits, watch: MemoryWatch
    ) -> None:
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.memory_limit = memory_mb * _MB
        self._engine = engine
        self._name = name
        self._limits = limits
        self._watch = watch
        self._pid = 0
        self._most_bytes = 0
        self._out_of_memory = False
        self._pause_later: asyncio.TimerHandle | None = None
        self._paused: asyncio.Task[None] | None = None
        self._removal: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def started(self) -> None:
        """Watch it from now on."""
        self._in_background(self._find_process())

    def init_over(self) -> None:
        """Hold it to its share of CPU: during init a function has more, as on Lambda."""
        self._in_background(self._share_cpu())

    def output_ended(self) -> None:
        """Find out how it ended, which its output did with it."""
        self._in_background(self._collect())

    def held_bytes(self) -> int:
        held = tree_bytes(self._pid)
        self._most_bytes = max(self._most_bytes, held)
        return held

    def out_of_memory(self) -> None:
        """Kill it as Lambda does: no traceback, nothing the function could catch."""
        self._out_of_memory = True
        self._begin_removal()

    def peak_memory_mb(self) -> int:
        """Return the most memory it has held so far, never more than the function has."""
        if self._out_of_memory:
            return self.memory_limit // _MB
        if self._pid and not self.exited.done():
            self.held_bytes()
            self._most_bytes = max(self._most_bytes, tree_peak_bytes(self._pid))
        return min(self.memory_limit, self._most_bytes) // _MB

    def freeze(self) -> None:
        """Pause it soon: between invocations a sandbox gets no CPU (aws-behaviour §1.7.7)."""
        loop = asyncio.get_running_loop()
        self._pause_later = loop.call_later(PAUSE_AFTER_S, self._begin_pause)

    async def thaw(self) -> None:
        self._cancel_pause()
        if self._paused is not None:
            await self._paused
            self._paused = None
            await self._engine.ask(self._engine.client.unpause, self._name)
            self._watch.add(self)

    async def kill(self) -> int:
        """End and remove it; return how it ended."""
        self._cancel_pause()
        await self._begin_removal()
        if self._tasks:
            await asyncio.wait(self._tasks)
        return await self.exited

    def _cancel_pause(self) -> None:
        if self._pause_later is not None:
            self._pause_later.cancel()
            self._pause_later = None

    def _begin_pause(self) -> None:
        if not self.exited.done():
            self._watch.discard(self)
            self._paused = self._in_background(self._pause())

    async def _pause(self) -> None:
        await self._engine.ask(self._engine.client.pause, self._name)

    async def _find_process(self) -> None:
        self._pid = (await self._state())["Pid"]
        if self._pid and not self.exited.done():
            self._watch.add(self)

    async def _share_cpu(self) -> None:
        await self._engine.ask(
            self._engine.client.update_container,
            self._name,
            cpu_period=PERIOD_US,
            cpu_quota=self._limits.cpu_quota_us,
        )

    async def _collect(self) -> None:
        self._watch.discard(self)
        status = KILLED  # unless the engine knows better
        try:
            answer = await self._engine.ask(self._engine.client.wait, self._name)
            self._out_of_memory |= (await self._state())["OOMKilled"]
            status = answer["StatusCode"]
        finally:
            self._end(return_code(status))

    def _begin_removal(self) -> asyncio.Task[None]:
        """Remove it once, whoever asks: an engine refuses to do it twice at a time."""
        if self._removal is None:
            self._removal = self._in_background(self._remove())
        return self._removal

    async def _remove(self) -> None:
        self._watch.discard(self)
        await self._engine.remove(self._engine.client.remove_container, self._name, force=True)
        self._end(return_code(KILLED))

    def _end(self, code: int) -> None:
        if not self.exited.done():
            self.exited.set_result(code)

    async def _state(self) -> dict[str, Any]:
        found = await self._engine.ask(self._engine.client.inspect_container, self._name)
        state: dict[str, Any] = found["State"]
        return state

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, AwsError) and self._removal is None:  # else it is about what is gone
            _log.warning("%s: %s", self._name, error.message)
