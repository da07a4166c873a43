"""A slow reply: the work is done at once, its answer takes its time.

What the work causes (an S3 event) overtakes the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.injection.delay import drawn_s
from harness.injection.fault import Hit
from harness.injection.option import option
from harness.injection.scope import CallScope


@dataclass(frozen=True, slots=True)
class SlowReply:
    """The call is carried out at once and answered later."""

    scope: ClassVar[type[CallScope]] = CallScope
    ms: float = option(1000.0, "milliseconds that each answer is kept back")
    jitter_ms: float = option(0.0, "up to so many more, drawn for each")

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        reply = await proceed(call)
        await hit.clock.wait(drawn_s(self.ms, self.jitter_ms, hit.random))
        return reply


FAULT = SlowReply
