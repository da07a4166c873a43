"""Connections that pass the proxy; the server behind it is played."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import pytest

from harness.database.contact import Exchange, Opening
from harness.database.proxy import DatabaseProxy
from harness.database.startup import NO_ENCRYPTION, READY, Refusal

HOST = "127.0.0.1"
BEGIN = struct.pack("!ii", 17, 3 << 16) + b"user\0u\0\0\0"[:9]
TLS = struct.pack("!ii", 8, 80877103)
REFUSAL = Refusal("53300", "no more")
PATIENCE_S = 20


@dataclass
class Passing:
    """Lets pass, or does what the test wants with the next contacts, and counts them."""

    opened: list[Opening] = field(default_factory=list)
    exchanges: int = 0
    refusal: Refusal | None = None
    next: list[Exchange] = field(default_factory=list)

    def opening(self, planned: Opening) -> Opening:
        self.opened.append(planned)
        return replace(planned, refusal=self.refusal)

    def exchange(self, planned: Exchange) -> Exchange:
        self.exchanges += 1
        return self.next.pop(0) if self.next else planned


@asynccontextmanager
async def closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):  # whoever closed first
            await writer.wait_closed()


class Server:
    """Lets everybody in and sends back what it is sent."""

    def __init__(self) -> None:
        self.received = b""
        self.serving: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.append(task)
        async with closing(writer):
            self.received += await reader.readexactly(len(BEGIN))
            writer.write(b"in" + READY)
            while data := await reader.read(65536):
                self.received += data
                writer.write(data)


@dataclass
class Stage:
    passing: Passing
    server: Server
    port: int

    @asynccontextmanager
    async def client(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        async with closing(writer):
            yield reader, writer

    @asynccontextmanager
    async def let_in(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        async with self.client() as (reader, writer):
            writer.write(BEGIN)
            assert await reader.readexactly(2 + len(READY)) == b"in" + READY
            yield reader, writer


def run(work: Callable[[Stage], Awaitable[None]]) -> Stage:
    async def staged() -> Stage:
        server, passing = Server(), Passing()
        listening = await asyncio.start_server(server.serve, HOST, 0)
        proxy = DatabaseProxy(HOST, listening.sockets[0].getsockname()[1], passing)
        port = await proxy.start(0)
        async with asyncio.timeout(PATIENCE_S):
            await work(stage := Stage(passing, server, port))
        await proxy.close()
        await asyncio.gather(*server.serving)
        listening.close()
        return stage

    return asyncio.run(staged())


def test_everything_passes_in_both_directions():
    async def work(stage: Stage) -> None:
        async with stage.let_in() as (reader, writer):
            for size in (1, 3_000_000):
                writer.write(b"x" * size)
                assert await reader.readexactly(size) == b"x" * size

    stage = run(work)
    assert stage.server.received.startswith(BEGIN)
    assert stage.passing.opened == [Opening(0)]


def test_encryption_is_declined_before_the_connection_begins():
    async def work(stage: Stage) -> None:
        async with stage.client() as (reader, writer):
            writer.write(TLS)
            assert await reader.readexactly(1) == NO_ENCRYPTION
            for byte in BEGIN:
                writer.write(bytes([byte]))
                await writer.drain()
            assert await reader.readexactly(2) == b"in"

    assert run(work).server.received == BEGIN


def test_what_follows_an_answer_is_one_exchange():
    async def work(stage: Stage) -> None:
        async with stage.let_in() as (reader, writer):
            for number in (1, 2, 3):
                writer.write(b"asked")
                assert await reader.readexactly(5) == b"asked"
                assert stage.passing.exchanges == number

    run(work)


def test_a_refusal_reaches_the_client_and_not_the_server():
    async def work(stage: Stage) -> None:
        stage.passing.refusal = REFUSAL
        async with stage.client() as (reader, writer):
            writer.write(BEGIN)
            said = await reader.read()
        assert said[:1] == b"E"
        assert b"C53300\0Mno more\0" in said

    assert run(work).server.received == b""


def test_open_connections_are_counted_until_they_end():
    async def work(stage: Stage) -> None:
        async with stage.let_in(), stage.let_in():
            pass
        stage.passing.refusal = REFUSAL
        while True:
            async with stage.client() as (reader, writer):
                writer.write(BEGIN)
                await reader.read()
            if stage.passing.opened[-1].others == 0:
                return

    assert [one.others for one in run(work).passing.opened[:2]] == [0, 1]


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (Exchange(cut=True), b""),
        (Exchange(cut=True, farewell=REFUSAL), b"C53300\0Mno more\0"),
        (Exchange(read_only=True), b""),
    ],
)
def test_a_cut_connection_takes_its_question_along(exchange, said):
    async def work(stage: Stage) -> None:
        async with stage.let_in() as (reader, writer):
            stage.passing.next = [exchange]
            writer.write(b"lost")
            assert said in await reader.read()

    assert run(work).server.received == BEGIN


def test_a_delayed_question_keeps_its_order():
    async def work(stage: Stage) -> None:
        async with stage.let_in() as (reader, writer):
            stage.passing.next = [Exchange(delay_s=0.05)]
            for piece in (b"a", b"b", b"c"):
                writer.write(piece)
                await writer.drain()
            assert await reader.readexactly(3) == b"abc"

    assert run(work).passing.exchanges <= 2


def test_a_server_that_is_not_there_ends_the_connection():
    async def work() -> None:
        gone = await asyncio.start_server(lambda *_: None, HOST, 0)
        port = gone.sockets[0].getsockname()[1]
        gone.close()
        proxy = DatabaseProxy(HOST, port, Passing())
        reader, writer = await asyncio.open_connection(HOST, await proxy.start(0))
        async with closing(writer):
            writer.write(BEGIN)
            assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        await proxy.close()

    asyncio.run(work())
