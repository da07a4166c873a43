"""Both ends of a connection in memory, and a real one to a server on the same loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from harness.http1 import PIECE, Head, StreamBody, read_head
from harness.server import HttpServer, Respond


def arriving(*pieces: bytes, eof: bool = True) -> asyncio.StreamReader:
    """Return a reader of what the peer sent; without `eof` it may still send more."""
    reader = asyncio.StreamReader(limit=2 * PIECE)
    for piece in pieces:
        reader.feed_data(piece)
    if eof:
        reader.feed_eof()
    return reader


class Sent:
    """The writing side of a connection: `data` is what the peer receives."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        pass


@dataclass
class Client:
    """A connection to a server; `exchange` is one request and its whole answer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> Head | None:
        return await read_head(self.reader)

    async def answer(self, method: str = "GET") -> tuple[Head, bytes]:
        head = await self.head()
        assert head is not None
        return head, b"" if method == "HEAD" else await StreamBody(self.reader, head).read()

    async def exchange(self, data: bytes) -> tuple[int, bytes]:
        self.send(data)
        head, body = await self.answer(data.partition(b" ")[0].decode())
        return int(head.start[1]), body

    async def is_closed(self) -> bool:
        """Wait for what the server still sends; tell whether that is the end and nothing else."""
        return await self.reader.read() == b""


@asynccontextmanager
async def serving(respond: Respond) -> AsyncIterator[int]:
    """Yield the port on which `respond` answers."""
    server = HttpServer(respond)
    try:
        yield await server.start("127.0.0.1", 0)
    finally:
        await server.close()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2 * PIECE)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
