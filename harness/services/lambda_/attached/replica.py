"""One runtime that somebody else started, known by its connection to a Runtime API port.

The runtime client keeps one connection for all it asks and answers, so the connection is its
identity, wherever it comes from, and the end of the connection is its end.
"""

from __future__ import annotations

import asyncio
from typing import Any

from harness.call import Reply
from harness.http1 import Head, StreamBody
from harness.services.lambda_.runtime_api import RuntimeApi


class Replica:
    """gone: resolves when the connection has ended. log_stream: "" before its first invocation."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.api = RuntimeApi()
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.log_stream = ""
        self._reader = reader

    @property
    def failed(self) -> bool:
        """Tell whether its init failed; it reports that over a connection of its own."""
        return self.api.init_error.done()

    async def welcome(self) -> None:
        """Wait until it asks for its first invocation, or tells why it cannot."""
        ready: asyncio.Future[Any] = asyncio.ensure_future(self.api.ready.wait())
        failed: asyncio.Future[Any] = self.api.init_error
        try:
            await asyncio.wait([ready, failed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()

    async def respond(self, head: Head, body: StreamBody, source_ip: str) -> Reply:
        """Answer a request; raises `ConnectionError` when the runtime is gone while it waits."""
        if head.start[0] != "GET":
            return await self.api.respond(head, body, source_ip)
        answer = asyncio.ensure_future(self.api.respond(head, body, source_ip))
        hung_up = asyncio.ensure_future(self._reader.read(1))
        both: list[asyncio.Future[Any]] = [answer, hung_up]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if hung_up.done():
                raise ConnectionError("the runtime ended, or spoke before it was answered")
            return answer.result()
        finally:
            for task in both:
                task.cancel()
            await asyncio.wait(both)  # the next request is read by somebody else
