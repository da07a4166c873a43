"""Latency on the way to a service: time passes before anything happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.injection.delay import drawn_s
from harness.injection.fault import Hit
from harness.injection.option import option
from harness.injection.scope import CallScope


@dataclass(frozen=True, slots=True)
class Latency:
    """The call is carried out, and answered, later."""

    scope: ClassVar[type[CallScope]] = CallScope
    ms: float = option(1000.0, "milliseconds that each call waits")
    jitter_ms: float = option(0.0, "up to so many more, drawn for each")

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        await hit.clock.wait(drawn_s(self.ms, self.jitter_ms, hit.random))
        return await proceed(call)


FAULT = Latency
