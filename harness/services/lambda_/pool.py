"""The sandboxes of one function version: reuse an idle one, start another, or wait in line.

What AWS would refuse is `throttle.py`'s; how many sandboxes the machine bears is `room.py`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from harness.services.lambda_.function import Function
from harness.services.lambda_.line import Line
from harness.services.lambda_.room import Room
from harness.services.lambda_.sandbox import SandboxState
from harness.services.lambda_.serving import Serving

IDLE_LIMIT_S = 600.0

Launch = Callable[[Function], Awaitable[Serving]]
Admit = Callable[[], None]


def admitted() -> None:
    """Let an invocation run that was let in before."""


class Pool:
    """`launch(function, request_id)` starts a sandbox for the invocation that needs it.

    alive: sandboxes that exist or are being started; busy: invocations, waiting ones included.
    lost: called when a sandbox that was prepared ahead has ended.
    """

    def __init__(self, launch: Launch, room: Room) -> None:
        self._launch = launch
        self._room = room
        self._idle: list[Serving] = []
        self._ready: list[Serving] = []
        self._prepared: set[Serving] = set()
        self.lost: Callable[[], None] = lambda: None
        self._since: dict[Serving, float] = {}
        self._ends: dict[Serving, asyncio.TimerHandle] = {}
        self._line = Line(room, self._pass_on)
        self._settling: set[Serving] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started: dict[Serving, int] = {}
        self._generation = 0
        self.alive = 0
        self.busy = 0
        room.enter(self)

    @property
    def waiting(self) -> int:
        return len(self._line)

    @property
    def spent(self) -> bool:
        """Tell whether there is nothing in it and nothing going on."""
        return not (self.alive or self.busy or self._tasks)

    @property
    def idle_since(self) -> float | None:
        return self._since[self._idle[0]] if self._idle else None

    async def acquire(
        self, function: Function, admit: Admit = admitted, *, urgent: bool = False
    ) -> Serving:
        """Return a sandbox ready for an invocation of `function`; give it back with `release`.

        `admit` is called when there is one, and may refuse. An urgent invocation does not wait.
        """
        self.busy += 1
        try:
            return await self._next(function, admit, urgent=urgent)
        except BaseException:
            self.busy -= 1
            raise

    async def _next(self, function: Function, admit: Admit, *, urgent: bool) -> Serving:
        called = False
        while True:
            if called or urgent or not self._line:
                if sandbox := self._take_idle(function):
                    return self._admitted(sandbox, admit)
                patient = not (called or urgent) and self._one_is_almost_free()
                if not patient and self._room.take(self, urgent=urgent):
                    return await self._start(function, admit)
            await self._line.turn(first=called)
            called = True

    def call_next(self) -> None:
        self._line.call()

    def _pass_on(self) -> None:
        self._room.offer(self if self._idle else None)

    def _one_is_almost_free(self) -> bool:
        """Tell whether more sandboxes have just answered than invocations wait for one.

        The answer reaches a caller before the runtime asks for its next invocation; a caller that
        invokes again at once shall not meet a cold start for that.
        """
        return len(self._settling) > len(self._line)

    def _take_idle(self, function: Function) -> Serving | None:
        while self._ready or self._idle:
            sandbox = (self._ready or self._idle)[-1]
            self._unpark(sandbox)
            if sandbox.function.revision == function.revision:
                return sandbox
            self._retire(sandbox)
        return None

    def _admitted(self, sandbox: Serving, admit: Admit) -> Serving:
        try:
            admit()
        except BaseException:
            self._park(sandbox)
            raise
        return sandbox

    async def _start(self, function: Function, admit: Admit) -> Serving:
        self.alive += 1
        generation = self._generation
        try:
            admit()
            sandbox = await self._launch(function)
        except BaseException:
            self._gone()
            raise
        self._started[sandbox] = generation
        return sandbox

    def release(self, sandbox: Serving) -> None:
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

    async def _settle(self, sandbox: Serving) -> None:
        await sandbox.settle()
        self._settling.discard(sandbox)  # before anybody is called, who would wait for it again
        if sandbox.state is SandboxState.DEAD:
            self._forget(sandbox)
        elif self._started[sandbox] < self._generation:
            self._retire(sandbox)
            self._room.offer()
        else:
            self._park(sandbox)

    def _park(self, sandbox: Serving) -> None:
        """Keep a sandbox for the next invocation, and offer it to whoever waits."""
        if sandbox in self._prepared:
            self._ready.append(sandbox)
            self.call_next()
            return
        if self._room.crowded and self.alive > 1:
            self._retire(sandbox)
            return
        loop = asyncio.get_running_loop()
        self._idle.append(sandbox)
        self._since[sandbox] = loop.time()
        self._ends[sandbox] = loop.call_later(IDLE_LIMIT_S, self._expire, sandbox)
        self._room.offer(self)

    def _unpark(self, sandbox: Serving) -> None:
        if sandbox in self._prepared:
            self._ready.remove(sandbox)
            return
        self._idle.remove(sandbox)
        del self._since[sandbox]
        self._ends.pop(sandbox).cancel()

    @property
    def prepared(self) -> int:
        return len(self._prepared)

    async def prepare(self, function: Function) -> bool:
        """Start a sandbox ahead of any invocation and keep it; tell whether its init succeeded."""
        if not self._room.take(self, urgent=True):
            return False
        sandbox = await self._start(function, admitted)
        await sandbox.settle()
        if sandbox.state is not SandboxState.IDLE:
            self._retire(sandbox)
            self._room.offer()
            return False
        sandbox.init_ms = None  # no invocation has waited for it
        self._prepared.add(sandbox)
        self._park(sandbox)
        return True

    def let_go(self) -> None:
        """Treat what was prepared like any other sandbox from now on."""
        ready, self._ready = self._ready, []
        self._prepared.clear()
        for sandbox in ready:
            self._park(sandbox)

    def evict(self) -> None:
        """End the longest unused sandbox to make room for another function's."""
        sandbox = self._idle[0]
        self._unpark(sandbox)
        self._retire(sandbox)

    def retire(self) -> None:
        """End the sandboxes that idle now, and those that run once their invocation has ended."""
        self._generation += 1
        for sandbox in (*self._idle, *self._ready):
            self._unpark(sandbox)
            self._retire(sandbox)
        self._room.offer()

    def _expire(self, sandbox: Serving) -> None:
        self._unpark(sandbox)
        self._retire(sandbox)
        self._room.offer()

    def _retire(self, sandbox: Serving) -> None:
        """End an idle sandbox; its place is free at once, whoever takes it has to start first."""
        self.alive -= 1
        self._room.give()
        self._in_background(self._end(sandbox))
        self._tell_loss(sandbox)

    async def _end(self, sandbox: Serving) -> None:
        await sandbox.kill()
        self._started.pop(sandbox, None)

    def _forget(self, sandbox: Serving) -> None:
        self._started.pop(sandbox, None)
        self._gone()
        self._tell_loss(sandbox)

    def _tell_loss(self, sandbox: Serving) -> None:
        if sandbox in self._prepared:
            self._prepared.discard(sandbox)
            self.lost()

    def _gone(self) -> None:
        self.alive -= 1
        self._room.give()
        self._room.offer()

    def leave(self) -> None:
        """Give up its part in the room; nobody asks for a sandbox any more."""
        self._room.leave(self)

    async def close(self) -> None:
        """Kill every sandbox; nothing is started afterwards because nobody asks any more."""
        for end in self._ends.values():
            end.cancel()
        self._ends.clear()
        self._since.clear()
        self._idle.clear()
        self.leave()
        await asyncio.gather(*(sandbox.kill() for sandbox in self._started))
