"""The keep-alive HTTP client behind the endpoint: calls go out, replies stream back.

Connections are kept and reused. A reused connection that the other side closed meanwhile is
replaced, as long as the body is small enough to be kept for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from harness.call import Bytes, Call, Headers, Reply
from harness.http1 import PIECE, Head, ProtocolError, StreamBody, head_bytes, read_head, write_body

_WHOLE = 64 * 1024
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "expect", "transfer-encoding", "te", "upgrade"}
)


class _StaleConnectionError(Exception):
    """A kept connection turned out to be closed, and the request can be sent again."""


class Upstream:
    """An HTTP/1.1 server that answers calls; `host` and `port` are where it listens.

    address: both, as in a URL.
    """

    def __init__(self, host: str, port: int) -> None:
        self.address = f"{host}:{port}"
        self._host = host
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __call__(self, call: Call) -> Reply:
        """Forward `call` and return the answer; large bodies stream in both directions."""
        while self._idle:
            reader, writer = self._idle.pop()
            if reader.at_eof():
                writer.close()
                continue
            try:
                return await self._exchange(reader, writer, call, reused=True)
            except _StaleConnectionError:
                continue
        connection = await asyncio.open_connection(self._host, self._port, limit=2 * PIECE)
        return await self._exchange(*connection, call, reused=False)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        call: Call,
        *,
        reused: bool,
    ) -> Reply:
        try:
            head = await self._send(reader, writer, call, reused=reused)
        except BaseException:
            writer.close()
            raise
        status = int(head.start[1])
        body = StreamBody(reader, _framed(head, call, status), until_close=True)
        length = head.header("content-length")
        if call.method == "HEAD" or status in (204, 304) or (length and int(length) <= _WHOLE):
            whole = await body.read()
            self._release(reader, writer, head)
            return Reply(status, _forwarded(head.headers), whole)
        return Reply(status, _forwarded(head.headers), self._stream(reader, writer, head, body))

    async def _send(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        call: Call,
        *,
        reused: bool,
    ) -> Head:
        target = f"{call.path}?{call.query}" if call.query else call.path
        headers = _forwarded(call.headers)
        chunked = bool(call.header("transfer-encoding"))
        if chunked:
            headers.append(("transfer-encoding", "chunked"))
        start = head_bytes(f"{call.method} {target} HTTP/1.1", headers)
        small = not chunked and int(call.header("content-length") or 0) <= _WHOLE
        if small:
            # In one segment with the head; and kept, so that it can be sent once more.
            call.body = Bytes(await call.body.read())
            start += await call.body.read()
        writer.write(start)
        try:
            if not small:
                await write_body(writer, aiter(call.body), chunked=chunked)
            await writer.drain()
            head = await read_head(reader)
        except ConnectionError:
            head = None
        if head is None:
            if reused and small:
                raise _StaleConnectionError
            raise ProtocolError("the control plane closed the connection without an answer", 502)
        return head

    async def _stream(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        head: Head,
        body: StreamBody,
    ) -> AsyncIterator[bytes]:
        try:
            async for piece in body:
                yield piece
        finally:
            if body.finished:
                self._release(reader, writer, head)
            else:
                writer.close()

    def _release(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: Head
    ) -> None:
        unframed = not head.header("content-length") and not head.header("transfer-encoding")
        if head.keeps_alive and not unframed:
            self._idle.append((reader, writer))
        else:
            writer.close()


def _framed(head: Head, call: Call, status: int) -> Head:
    """Return the head with the framing its body really has: HEAD, 204 and 304 have none."""
    if call.method == "HEAD" or status in (204, 304):
        return Head(head.start, [("content-length", "0")])
    return head


def _forwarded(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name not in _HOP_BY_HOP]
