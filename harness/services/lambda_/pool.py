"""The sandboxes of one function version: reuse an idle one, start another, or wait in line.

Reserved concurrency throttles, as on AWS. The machine's own bound does not: it only makes
invocations wait their turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from harness.errors import AwsError
from harness.services.lambda_.function import Function
from harness.services.lambda_.sandbox import Sandbox, SandboxState

IDLE_LIMIT_S = 600.0

Launch = Callable[[Function, str], Awaitable[Sandbox]]


def throttled(reason: str) -> AwsError:
    fields = {"Reason": reason, "Type": "User"}
    return AwsError("TooManyRequestsException", "Rate Exceeded.", 429, fields)


class Pool:
    """`launch(function, request_id)` starts a sandbox for the invocation that needs it.

    bound: how many sandboxes this machine runs for one function at the same time.
    """

    def __init__(self, launch: Launch, bound: int) -> None:
        self._launch = launch
        self._bound = bound
        self._idle: list[Sandbox] = []
        self._ends: dict[Sandbox, asyncio.TimerHandle] = {}
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._settling: set[Sandbox] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started: dict[Sandbox, int] = {}
        self._generation = 0
        self.alive = 0
        self.busy = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def acquire(self, function: Function, request_id: str) -> Sandbox:
        """Return a sandbox ready for an invocation of `function`; give it back with `release`.

        Raises TooManyRequestsException when the function's reserved concurrency is used up.
        """
        reserved = function.reserved_concurrency
        if reserved is not None and self.busy >= reserved:
            raise throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        self.busy += 1
        try:
            return await self._next(function, request_id)
        except BaseException:
            self.busy -= 1
            raise

    async def _next(self, function: Function, request_id: str) -> Sandbox:
        while True:
            if sandbox := await self._reuse(function):
                return sandbox
            if self.alive < self._bound and not self._one_is_almost_free():
                return await self._start(function, request_id)
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def _one_is_almost_free(self) -> bool:
        """Tell whether more sandboxes have just answered than invocations wait for one.

        The answer reaches a caller before the runtime asks for its next invocation; a caller that
        invokes again at once shall not meet a cold start for that.
        """
        return len(self._settling) > len(self._waiting)

    async def _reuse(self, function: Function) -> Sandbox | None:
        while self._idle:
            sandbox = self._idle.pop()
            self._ends.pop(sandbox).cancel()
            if sandbox.function.revision == function.revision:
                return sandbox
            await self._end(sandbox)
        return None

    async def _start(self, function: Function, request_id: str) -> Sandbox:
        self.alive += 1
        generation = self._generation
        try:
            sandbox = await self._launch(function, request_id)
        except BaseException:
            self.alive -= 1
            self._wake()
            raise
        self._started[sandbox] = generation
        return sandbox

    def release(self, sandbox: Sandbox) -> None:
        """Take a sandbox back; it serves again once its runtime asks for the next invocation."""
        self.busy -= 1
        if sandbox.state is SandboxState.DEAD:
            self._forget(sandbox)
            return
        self._settling.add(sandbox)
        self._in_background(self._settle(sandbox))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self, sandbox: Sandbox) -> None:
        await sandbox.settle()
        self._settling.discard(sandbox)  # before anybody is woken, who would wait for it again
        if sandbox.state is SandboxState.DEAD:
            self._forget(sandbox)
            return
        if self._started[sandbox] < self._generation:
            await self._end(sandbox)
            return
        self._idle.append(sandbox)
        loop = asyncio.get_running_loop()
        self._ends[sandbox] = loop.call_later(IDLE_LIMIT_S, self._expire, sandbox)
        self._wake()

    def retire(self) -> None:
        """End the sandboxes that idle now, and those that run once their invocation has ended."""
        self._generation += 1
        for sandbox in list(self._idle):
            self._ends[sandbox].cancel()
            self._expire(sandbox)

    def _expire(self, sandbox: Sandbox) -> None:
        self._idle.remove(sandbox)
        del self._ends[sandbox]
        self._in_background(self._end(sandbox))

    async def _end(self, sandbox: Sandbox) -> None:
        await sandbox.kill()
        self._forget(sandbox)

    def _forget(self, sandbox: Sandbox) -> None:
        self._started.pop(sandbox, None)
        self.alive -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def close(self) -> None:
        """Kill every sandbox; nothing is started afterwards because nobody asks any more."""
        for end in self._ends.values():
            end.cancel()
        self._ends.clear()
        self._idle.clear()
        await asyncio.gather(*(sandbox.kill() for sandbox in self._started))
