from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from harness.network.relay import Relay, to_port
from tests.harness.streams import connected


def relayed(
    to: Callable[..., Awaitable[None]] | None, work: Callable[..., Awaitable[None]]
) -> None:
    """Run `work` with the port of a relay to a server that is `to`, or to nobody."""

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = await asyncio.start_server(to or _nobody, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        if to is None:
            server.close()
            await server.wait_closed()
        relay = await Relay.start(listener, to_port(port))
        async with asyncio.timeout(20):
            await work(listener.getsockname()[1])
        await relay.close()
        server.close()

    asyncio.run(run())


async def _nobody(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read())
    writer.close()


def test_both_directions_and_the_ends_of_both_are_carried():
    sent = b"x" * 300_000

    async def work(port: int) -> None:
        async with connected(port) as client:
            client.send(sent)
            client.writer.write_eof()
            assert await client.reader.read() == sent

    relayed(_echo, work)


def test_where_nobody_listens_the_connection_ends():
    async def work(port: int) -> None:
        async with connected(port) as client:
            assert await client.reader.read() == b""

    relayed(None, work)


def test_open_connections_end_with_the_relay():
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await reader.read()
        writer.close()

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        relay = await Relay.start(listener, to_port(server.sockets[0].getsockname()[1]))
        async with asyncio.timeout(20), connected(listener.getsockname()[1]) as client:
            assert await client.reader.read(5) == b"hello"
            await relay.close()
            assert await client.reader.read() == b""
        server.close()

    asyncio.run(run())
