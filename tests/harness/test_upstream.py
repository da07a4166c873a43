from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from harness.call import Bytes, Call, Reply
from harness.http1 import Head, ProtocolError, StreamBody
from harness.upstream import Upstream
from tests.harness.streams import serving
from tests.harness.test_http1 import run

LARGE = 300_000


class ControlPlane:
    """What stands behind the client: it echoes, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Head, bytes]] = []

    async def respond(self, head: Head, body: StreamBody, _source_ip: str) -> Reply:
        content = await body.read()
        self.asked.append((head, content))
        path = head.start[1]
        if path == "/streamed":
            return Reply(200, [], large())
        if path == "/empty":
            return Reply(204)
        return Reply(201, [("x-answer", "yes")], content or bytes(LARGE))


async def large() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield bytes(LARGE // 3)


@asynccontextmanager
async def upstream(plane: ControlPlane) -> AsyncIterator[Upstream]:
    async with serving(plane.respond) as port:
        client = Upstream("127.0.0.1", port)
        try:
            yield client
        finally:
            client.close()


def ask(
    conversation: Callable[[Upstream], Awaitable[None]],
) -> list[tuple[Head, bytes]]:
    plane = ControlPlane()

    async def work() -> None:
        async with upstream(plane) as client:
            await conversation(client)

    run(work())
    return plane.asked


def put(path: str, body: bytes, *headers: tuple[str, str]) -> Call:
    length = ("content-length", str(len(body)))
    return Call("s3", "", "PUT", path, "a=%20", [*headers, length], Bytes(body))


def test_a_call_goes_out_as_it_came_and_its_answer_comes_back():
    async def conversation(client: Upstream) -> None:
        reply = await client(put("/b/%E4%B8%AD+", b"hello", ("x-meta", "1"), ("x-meta", "2")))
        assert (reply.status, reply.header("x-answer"), reply.body) == (201, "yes", b"hello")

    ((head, body),) = ask(conversation)
    assert head.start == ("PUT", "/b/%E4%B8%AD+?a=%20", "HTTP/1.1")
    assert head.headers == [("x-meta", "1"), ("x-meta", "2"), ("content-length", "5")]
    assert body == b"hello"


def test_what_concerns_one_connection_only_is_not_passed_on():
    async def conversation(client: Upstream) -> None:
        reply = await client(put("/", b"x", ("expect", "100-continue"), ("connection", "close")))
        assert not reply.header("connection")

    ((head, _),) = ask(conversation)
    assert [name for name, _ in head.headers] == ["content-length"]


def test_a_chunked_body_stays_chunked():
    async def conversation(client: Upstream) -> None:
        headers = [("transfer-encoding", "chunked")]
        await client(Call("s3", "", "PUT", "/", "", headers, Bytes(b"hello")))

    ((head, body),) = ask(conversation)
    assert head.headers == [("transfer-encoding", "chunked")]
    assert body == b"hello"


@pytest.mark.parametrize("path", ["/large", "/streamed"])
def test_a_large_answer_is_streamed(path):
    async def conversation(client: Upstream) -> None:
        reply = await client(Call("s3", "", "GET", path))
        assert not isinstance(reply.body, bytes)
        assert len(await reply.read()) == LARGE

    ask(conversation)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("HEAD", "/large", 201), ("GET", "/empty", 204)]
)
def test_an_answer_without_a_body_is_complete_with_its_head(method, path, status):
    async def conversation(client: Upstream) -> None:
        reply = await client(Call("s3", "", method, path))
        assert (reply.status, reply.body) == (status, b"")
        if method == "HEAD":
            assert reply.header("content-length") == str(LARGE)

    ask(conversation)


class Listener:
    """A server that counts its connections and does with each what the test says."""

    def __init__(self, *behaviours: str) -> None:
        self.behaviours = list(behaviours)
        self.connections: list[asyncio.Task[None]] = []

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behaviour = self.behaviours[len(self.connections)]
        self.connections.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError):  # the client has left
            while behaviour != "hang up" and await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                if behaviour == "answer once":
                    break
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def listening(listener: Listener) -> AsyncIterator[Upstream]:
    server = await asyncio.start_server(listener.accept, "127.0.0.1", 0, limit=2 * LARGE)
    client = Upstream("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        yield client
    finally:
        client.close()
        server.close()
        await asyncio.gather(*listener.connections)


def test_a_connection_is_used_again():
    async def work() -> None:
        async with listening(listener := Listener("answer on")) as client:
            for _ in range(3):
                assert (await client(Call("s3", "", "GET", "/"))).body == b"ok"
            assert len(listener.connections) == 1

    run(work())


def test_calls_at_the_same_time_have_a_connection_each():
    async def work() -> None:
        async with listening(listener := Listener("answer on", "answer on")) as client:
            call = Call("s3", "", "GET", "/")
            await asyncio.gather(client(call), client(call))
            assert len(listener.connections) == 2

    run(work())


@pytest.mark.parametrize("body", [b"", b"small", bytes(LARGE)])
def test_a_connection_that_was_closed_meanwhile_is_replaced(body):
    async def work() -> None:
        async with listening(Listener("answer once", "answer on")) as client:
            assert (await client(Call("s3", "", "GET", "/"))).body == b"ok"
            reader, _ = client._idle[0]
            assert await reader.read() == b""  # the news that it was closed has arrived
            assert (await client(put("/", body))).body == b"ok"

    run(work())


def test_a_connection_that_closes_without_an_answer_is_an_error():
    async def work() -> None:
        async with listening(Listener("hang up")) as client:
            await client(put("/", b"x"))

    with pytest.raises(ProtocolError, match="closed the connection without an answer") as caught:
        run(work())
    assert caught.value.status == 502


def test_a_body_that_breaks_off_is_not_sent_as_a_whole():
    async def work() -> None:
        async with listening(Listener("answer on")) as client:
            reader = asyncio.StreamReader()
            reader.feed_data(b"half")
            reader.feed_eof()
            headers = [("content-length", "8")]
            body = StreamBody(reader, Head(("PUT", "/", "HTTP/1.1"), headers))
            await client(Call("s3", "", "PUT", "/", "", headers, body))

    with pytest.raises(ProtocolError, match="closed inside a message body"):
        run(work())


def test_an_answer_left_half_read_ends_its_connection():
    async def conversation(client: Upstream) -> None:
        reply = await client(Call("s3", "", "GET", "/large"))
        assert not isinstance(reply.body, bytes)
        await anext(reply.body)
        await reply.body.aclose()
        assert (await client(Call("s3", "", "GET", "/empty"))).status == 204

    ask(conversation)
