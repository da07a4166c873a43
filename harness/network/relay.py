"""The way out of a sandbox's own network: to one address of this machine, and nowhere else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import partial

_HOST = "127.0.0.1"
_PIECE = 64 * 1024

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Connection]]


def to_port(port: int) -> Connect:
    """Lead to a port on loopback."""
    return partial(asyncio.open_connection, _HOST, port)


def to_socket(path: str) -> Connect:
    """Lead to a Unix socket."""
    return partial(asyncio.open_unix_connection, path)


class Relay:
    """Carries every connection that `listener` accepts to where `connect` leads, and back."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    async def start(cls, listener: socket.socket, connect: Connect) -> Relay:
        relay = cls(connect)
        relay._server = await asyncio.start_server(relay._accept, sock=listener)
        return relay

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            there, back = await self._connect()
        except (ConnectionError, FileNotFoundError):
            writer.close()  # nobody listens there: the function sees its connection end
            return
        else:
            await _carry_both(reader, writer, there, back)
        finally:
            self._connections.discard(task)


async def _carry_both(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there: asyncio.StreamReader,
    back: asyncio.StreamWriter,
) -> None:
    try:
        async with asyncio.TaskGroup() as directions:
            directions.create_task(_carry(reader, back))
            directions.create_task(_carry(there, writer))
    except* ConnectionError:
        pass  # one end broke off: so does the other
    finally:
        writer.close()
        back.close()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(_PIECE):
        target.write(piece)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()
