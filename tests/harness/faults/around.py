"""A call that meets a fault, without an environment."""

from __future__ import annotations

from random import Random
from typing import Any

from harness.call import Call, Handler, Reply
from harness.clock import Clock, ManualClock
from harness.injection.catalogue import fault
from harness.injection.fault import Hit
from harness.injection.option import read


def made_hit(clock: Clock) -> Hit:
    """Return a hit by a call that no sandbox makes."""
    return Hit(Random(1), clock, _nobody, _nothing)  # noqa: S311 - repeatable


async def _nobody() -> None:
    raise AssertionError("no sandbox is there to be ended")


def _nothing(work: Any) -> None:
    raise AssertionError("nothing was to run beside")


async def meet(
    name: str, handler: Handler, *, clock: Clock | None = None, method: str = "GET", **options: Any
) -> Reply:
    """Return what a client gets whose call `handler` answers, around it the fault `name`."""
    kind: Any = fault(name)
    hit = made_hit(clock or ManualClock())
    reply: Reply = await read(kind, options).around(Call("s3", "", method, "/b/k"), handler, hit)
    return reply
