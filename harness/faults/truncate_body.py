"""A truncated body: the answer announces more bytes than come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.errors import HangUpError
from harness.injection.fault import Hit
from harness.injection.option import option
from harness.injection.scope import CallScope


@dataclass(frozen=True, slots=True)
class TruncateBody:
    """The answer begins as ever, and its connection closes before its body ends."""

    scope: ClassVar[type[CallScope]] = CallScope
    share: float = option(0.5, "how much of the body arrives", most=1.0)

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        reply = await proceed(call)
        length = int(reply.header("content-length") or len(await reply.read()))
        if not length or call.method == "HEAD":
            return reply
        # At least one byte is missing, or nothing would be truncated.
        kept = min(int(length * self.share), length - 1)
        others = [header for header in reply.headers if header[0].lower() != "content-length"]
        headers = [*others, ("content-length", str(length))]
        return Reply(reply.status, headers, _beginning(reply, kept))


async def _beginning(reply: Reply, left: int) -> AsyncIterator[bytes]:
    async for piece in reply.pieces():
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            break
    raise HangUpError(reply.status)


FAULT = TruncateBody
