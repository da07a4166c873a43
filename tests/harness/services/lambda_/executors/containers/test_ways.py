"""Both ends of the ways out of a sandbox: what listens there runs as a child process here."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from harness.network import ways_out
from harness.services.lambda_.executors.containers.ways import Ways, free_ports
from tests.harness.streams import connected

HOST = "127.0.0.1"


def unused(kind: socket.SocketKind) -> int:
    with socket.socket(type=kind) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read())
    writer.close()


@asynccontextmanager
async def within(ways: Ways, directory: Path, **moved: int) -> AsyncIterator[asyncio.StreamWriter]:
    """Run a sandbox's side in a child process; moved: its ports, which share our loopback."""
    alive: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_unix_server(
        lambda _, writer: alive.set_result(writer), sock=ways.listener("s.alive")
    )
    plan = json.loads(ways.plan("s", str(directory)))
    for kind in ("streams", "datagrams"):
        plan[kind] = {moved.get(f"port_{port}", port): path for port, path in plan[kind].items()}
    plan["black_hole"] = 0
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", ways_out.__name__, json.dumps(plan)
    )
    writer = await alive
    yield writer
    writer.close()
    server.close()
    assert await child.wait() == 0


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def guarded() -> None:
        async with asyncio.timeout(20):
            await work()

    asyncio.run(guarded())


def test_connections_and_datagrams_come_to_the_same_ports_of_this_machine(tmp_path):
    async def work() -> None:
        server = await asyncio.start_server(_echo, HOST, 0)
        stream = server.sockets[0].getsockname()[1]
        receiver = socket.socket(type=socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        receiver.bind((HOST, 0))
        datagram = receiver.getsockname()[1]
        ways = Ways(tmp_path, [stream], [datagram])
        await ways.open()
        inside, inside_udp, api = (
            unused(kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_STREAM)
        )
        moved = {
            f"port_{stream}": inside,
            f"port_{datagram}": inside_udp,
            f"port_{ways.runtime_api_port}": api,
        }
        async with within(ways, tmp_path, **moved):
            async with connected(inside) as client:
                client.send(b"hello")
                client.writer.write_eof()
                assert await client.reader.read() == b"hello"
            with socket.socket(type=socket.SOCK_DGRAM) as sender:
                sender.sendto(b"segment", (HOST, inside_udp))
            loop = asyncio.get_running_loop()
            assert await loop.sock_recv(receiver, 100) == b"segment"
        await ways.close()
        receiver.close()
        server.close()

    run(work)


@pytest.mark.parametrize(
    ("taken", "free"), [((4566, 5432), (9001, 9002)), ((9001, 9003), (9002, 9004))]
)
def test_a_sandbox_s_own_ports_are_no_way_s(taken, free):
    assert free_ports(taken) == free
