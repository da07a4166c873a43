"""The way out of a sandbox's own network: to one address of this machine, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from functools import partial

from harness.listener import Listener

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
        self._listener = Listener(self._carry)

    @classmethod
    async def start(cls, listener: socket.socket, connect: Connect) -> Relay:
        relay = cls(connect)
        await relay._listener.start_on(listener)
        return relay

    async def close(self) -> None:
        await self._listener.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(FileNotFoundError):  # nobody is there: the function is hung up on
            there, back = await self._connect()
            await _carry_both(reader, writer, there, back)


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
