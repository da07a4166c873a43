"""Sandboxes started before anybody invokes: provisioned concurrency (aws-behaviour §4.5).

`$LATEST` cannot be provisioned on AWS. Here it can be kept warm, which no invocation, metric or
variable tells from a sandbox that happened to be warm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from harness.clock import Clock
from harness.errors import AwsError
from harness.services.lambda_.function import PROVISIONED, Function, Functions

INIT_FAILED = "FUNCTION_ERROR_INIT_FAILURE"
LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """status: IN_PROGRESS, READY or FAILED (then `reason` says why); since: epoch seconds."""

    requested: int
    available: int
    status: str
    reason: str
    since: float


class Prepared(Protocol):
    """The pool of a version, as far as it is filled ahead."""

    lost: Callable[[], None]

    @property
    def prepared(self) -> int: ...

    def let_go(self) -> None: ...


class Preparing(Protocol):
    """The invoker."""

    async def prepare(self, function: Function) -> bool:
        """Start one sandbox and keep it; False when its init failed."""
        ...

    def pool(self, function: Function) -> Prepared: ...


@dataclass(slots=True)
class _Order:
    requested: int
    since: float
    status: str = "IN_PROGRESS"
    reason: str = ""
    pool: Prepared | None = None
    work: asyncio.Task[None] | None = field(default=None)


class Provisioning:
    """Keeps what was ordered by function name and qualifier; bound: sandboxes of this machine.

    More than `bound` are ready on paper only: the machine would not run them at once anyway.
    """

    def __init__(self, functions: Functions, invoker: Preparing, bound: int, clock: Clock) -> None:
        self._functions = functions
        self._invoker = invoker
        self._bound = bound
        self._clock = clock
        self._orders: dict[tuple[str, str], _Order] = {}

    def want(self, name: str, qualifier: str, count: int) -> None:
        """Have `count` sandboxes ready for a version or an alias, as it points now."""
        self.drop(name, qualifier)
        order = _Order(count, self._clock.now())
        self._orders[(name, qualifier)] = order
        self._fill(name, qualifier, order)

    def keep_warm(self, name: str, count: int) -> None:
        """Have `count` sandboxes of the version in work ready, whatever becomes of them."""
        self.want(name, LATEST, count)

    def moved(self, name: str, qualifier: str) -> None:
        """Follow an alias that was changed; harmless for one that is not provisioned."""
        if order := self._orders.get((name, qualifier)):
            self.want(name, qualifier, order.requested)

    def drop(self, name: str, qualifier: str) -> None:
        """Keep none ready any more; harmless when none are."""
        order = self._orders.pop((name, qualifier), None)
        if order is None:
            return
        if order.work is not None:
            order.work.cancel()
        if order.pool is not None:
            order.pool.let_go()

    def drop_all(self, name: str) -> None:
        for qualifier in [known for function, known in self._orders if function == name]:
            self.drop(name, qualifier)

    def state(self, name: str, qualifier: str) -> Provisioned:
        order = self._orders[(name, qualifier)]
        ready = order.pool.prepared if order.pool is not None else 0
        available = {"READY": order.requested, "FAILED": 0}.get(order.status, ready)
        return Provisioned(order.requested, available, order.status, order.reason, order.since)

    def _fill(self, name: str, qualifier: str, order: _Order) -> None:
        if order.work is not None and not order.work.done():
            return  # it will see what is missing
        order.work = asyncio.ensure_future(self._filled(name, qualifier, order))

    async def _filled(self, name: str, qualifier: str, order: _Order) -> None:
        order.status, order.reason = "IN_PROGRESS", ""
        try:
            function = await self._functions.get(name, qualifier)
            order.pool = pool = self._invoker.pool(function)
            pool.lost = lambda: self._fill(name, qualifier, order)
            while pool.prepared < min(order.requested, self._bound):
                if not await self._invoker.prepare(_ahead(function)):
                    order.status, order.reason = "FAILED", INIT_FAILED
                    return
        except AwsError as error:
            order.status, order.reason = "FAILED", error.message
            return
        order.status = "READY"

    async def close(self) -> None:
        work = [order.work for order in self._orders.values() if order.work is not None]
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _ahead(function: Function) -> Function:
    """Return the function as its sandboxes know themselves when they are started ahead."""
    if function.version == LATEST:
        return function
    return replace(function, initialization=PROVISIONED)
