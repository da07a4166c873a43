"""An HTTP server on the loop: connections in, one handler called per request.

A connection serves one request after the other (keep-alive); what the handler left unread of a
body is read off, or the connection closed when that would take too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from harness.call import Reply
from harness.errors import SilentError
from harness.http1 import PIECE, Head, ProtocolError, StreamBody, read_head, write_response
from harness.listener import Listener

Respond = Callable[[Head, StreamBody, str], Awaitable[Reply]]

_LOOPBACK = "127.0.0.1"
_UNREAD_LIMIT = 16 * 1024 * 1024


class HttpServer(Listener):
    """Answers through `respond(head, body, source_ip)`."""

    def __init__(self, respond: Respond) -> None:
        super().__init__(self.serve)
        self._respond = respond

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after the other for as long as the client keeps the connection."""
        source_ip = _source_ip(writer.get_extra_info("peername"))
        try:
            while head := await read_head(reader):
                if not await self._answer(head, reader, writer, source_ip):
                    return
        except ProtocolError as error:
            body = f"{error}\n".encode()
            headers = [("connection", "close"), ("content-type", "text/plain")]
            await write_response(writer, error.status, headers, body)
        except SilentError:
            await _until_gone(reader)

    async def _answer(
        self,
        head: Head,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        source_ip: str,
    ) -> bool:
        """Answer one request; tell whether the connection can serve another."""
        expects = head.header("expect").lower() == "100-continue"
        body = StreamBody(reader, head, ask=writer if expects else None)
        reply = await self._respond(head, body, source_ip)
        reusable = head.keeps_alive and not body.waits_for_continue and not body.broken
        headers = reply.headers if reusable else [*reply.headers, ("connection", "close")]
        bodiless = head.start[0] == "HEAD"
        try:
            await write_response(writer, reply.status, headers, reply.body, bodiless=bodiless)
            return reusable and await _read_off(body)
        except ProtocolError:  # answered already, at least in part: all that is left is to hang up
            return False


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """Take what a client sends, and keep none of it, until it closes the connection."""
    while await reader.read(PIECE):
        pass


def _source_ip(peer: str | tuple[str, int]) -> str:
    """Return where a connection comes from; by a Unix socket it comes from this machine."""
    return _LOOPBACK if isinstance(peer, str) else peer[0]


async def _read_off(body: StreamBody) -> bool:
    """Read what the handler left of the body; tell whether the next request begins after it."""
    read = 0
    async for piece in body:
        read += len(piece)
        if read > _UNREAD_LIMIT:
            return False
    return True
