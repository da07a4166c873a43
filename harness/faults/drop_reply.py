"""A dropped reply: the work was done, and nobody is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.errors import HangUpError
from harness.injection.fault import Hit
from harness.injection.scope import CallScope


@dataclass(frozen=True, slots=True)
class DropReply:
    """The call is carried out, then its connection closed without an answer."""

    scope: ClassVar[type[CallScope]] = CallScope

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        reply = await proceed(call)
        async for _ in reply.pieces():
            pass  # what is behind it has to end its work too
        raise HangUpError(reply.status)


FAULT = DropReply
