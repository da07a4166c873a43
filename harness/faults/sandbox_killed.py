"""A sandbox that is killed at a step of its work, a step being a call that its function makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.errors import HangUpError, UsageError
from harness.injection.fault import Hit
from harness.injection.option import option
from harness.injection.scope import StepScope

_MOMENTS = ("before", "after")


@dataclass(frozen=True, slots=True)
class SandboxKilled:
    """The function's process is killed as it makes a call, or once that was carried out."""

    scope: ClassVar[type[StepScope]] = StepScope
    when: str = option("before", "before or after the call is carried out")
    ms: float = option(0.0, "milliseconds from that moment to the kill; the call is answered")

    def __post_init__(self) -> None:
        if self.when not in _MOMENTS:
            raise UsageError(f"--when {self.when}: {' or '.join(_MOMENTS)} is needed")

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        if self.when == "before":
            await self._kill(hit)
            return await proceed(call)
        reply = await proceed(call)
        await self._kill(hit, reply.status)
        return reply

    async def _kill(self, hit: Hit, status: int = 0) -> None:
        """Kill now, and nobody is left to answer; or see to it that it happens in time."""
        if self.ms:
            hit.beside(self._in_time(hit))
            return
        await hit.crash()
        raise HangUpError(status)

    async def _in_time(self, hit: Hit) -> None:
        await hit.clock.wait(self.ms / 1000)
        await hit.crash()


FAULT = SandboxKilled
