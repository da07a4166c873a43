from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from harness.call import Reply
from harness.errors import HangUpError, SilentError
from harness.http1 import PIECE, Head, ProtocolError, StreamBody
from harness.server import HttpServer
from tests.harness.streams import Client, connected, serving
from tests.harness.test_http1 import run

Talk = Callable[[Client], Awaitable[None]]
UNREAD_LIMIT = 16 * 1024 * 1024


async def echo(head: Head, body: StreamBody, source_ip: str) -> Reply:
    return Reply(200, [("x-path", head.start[1]), ("x-from", source_ip)], await body.read())


async def ignore(head: Head, body: StreamBody, source_ip: str) -> Reply:
    return Reply(403, [], b"no")


def talk(respond, conversation: Talk) -> None:
    async def work() -> None:
        async with serving(respond) as port, connected(port) as client:
            await conversation(client)

    run(work())


def test_one_connection_serves_one_request_after_the_other():
    async def conversation(client: Client) -> None:
        post = b"POST /%d HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
        client.send(post % 1 + post % 2)  # the second without waiting for the first
        for number in ("/1", "/2"):
            head, body = await client.answer()
            assert (head.header("x-path"), head.header("x-from")) == (number, "127.0.0.1")
            assert body == b"abc"
        assert await client.exchange(b"GET /3 HTTP/1.1\r\n\r\n") == (200, b"")

    talk(echo, conversation)


@pytest.mark.parametrize(
    "request_head",
    [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
)
def test_a_client_that_wants_to_leave_is_let_go(request_head):
    async def conversation(client: Client) -> None:
        client.send(request_head)
        head, _ = await client.answer()
        assert head.header("connection") == "close"
        assert await client.is_closed()

    talk(echo, conversation)


def test_the_answer_to_head_has_the_length_and_no_body():
    async def conversation(client: Client) -> None:
        client.send(b"HEAD / HTTP/1.1\r\n\r\n")
        head, body = await client.answer("HEAD")
        assert (head.header("content-length"), body) == ("2", b"")
        assert await client.exchange(b"GET / HTTP/1.1\r\n\r\n") == (403, b"no")

    talk(ignore, conversation)


def test_a_body_nobody_reads_does_not_disturb_the_next_request():
    async def conversation(client: Client) -> None:
        unread = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n"
        assert await client.exchange(unread) == (403, b"no")
        assert await client.exchange(b"GET / HTTP/1.1\r\n\r\n") == (403, b"no")

    talk(ignore, conversation)


async def flood(client: Client, size: int) -> None:
    for _ in range(0, size, PIECE):
        client.send(bytes(PIECE))
        await client.writer.drain()


def test_a_large_body_nobody_reads_ends_the_connection():
    async def conversation(client: Client) -> None:
        size = 2 * UNREAD_LIMIT
        head = b"PUT / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
        assert await client.exchange(head) == (403, b"no")
        with pytest.raises(ConnectionError):
            await flood(client, size)

    talk(ignore, conversation)


def test_continue_is_said_when_the_handler_reads():
    async def conversation(client: Client) -> None:
        client.send(b"PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
        interim = await client.head()
        assert interim == Head(("HTTP/1.1", "100", "Continue"), [])
        client.send(b"hi")
        assert (await client.answer())[1] == b"hi"
        assert await client.exchange(b"GET / HTTP/1.1\r\n\r\n") == (200, b"")

    talk(echo, conversation)


def test_a_refusal_before_the_body_was_sent_is_final():
    async def conversation(client: Client) -> None:
        client.send(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        head, _ = await client.answer()
        assert (head.start[1], head.header("connection")) == ("403", "close")
        assert await client.is_closed()

    talk(ignore, conversation)


@pytest.mark.parametrize(
    ("sent", "status", "message"),
    [
        (b"rubbish\r\n\r\n", 400, b"malformed start line"),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 600_000, 431, b"message head too large"),
        (b"PUT / HTTP/1.1\r\nTransfer-Encoding: br\r\n\r\n", 501, b"'br' is not supported"),
        (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, b"chunk size"),
    ],
)
def test_what_is_no_http_is_said_and_ends_the_connection(sent, status, message):
    async def conversation(client: Client) -> None:
        client.send(sent)
        head, body = await client.answer()
        assert (head.start[1], head.header("connection")) == (str(status), "close")
        assert message in body
        assert await client.is_closed()

    talk(echo, conversation)


def test_a_malformed_body_the_handler_gave_up_on_ends_the_connection():
    """What follows is not read as a request: nobody knows where one would begin."""

    async def forgiving(head: Head, body: StreamBody, source_ip: str) -> Reply:
        try:
            await body.read()
        except ProtocolError:
            return Reply(400, [], b"what?")
        return Reply(200, [], b"")

    async def conversation(client: Client) -> None:
        broken = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        assert await client.exchange(broken + b"GET / HTTP/1.1\r\n\r\n") == (400, b"what?")
        assert await client.is_closed()

    talk(forgiving, conversation)


def test_a_malformed_body_nobody_read_ends_the_connection_without_a_second_answer():
    async def conversation(client: Client) -> None:
        broken = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        assert await client.exchange(broken) == (403, b"no")
        assert await client.is_closed()

    talk(ignore, conversation)


def test_an_answer_that_breaks_off_is_cut_off():
    """Anything written after it would be taken for the rest of the body."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise ProtocolError("the source is gone", 502)

    async def breaking(head: Head, body: StreamBody, source_ip: str) -> Reply:
        return Reply(200, [("content-length", "1000")], pieces())

    async def conversation(client: Client) -> None:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert await client.head() is not None
        assert await client.reader.read() == b"half"

    talk(breaking, conversation)


def test_closing_ends_what_is_being_answered():
    async def work() -> None:
        arrived, ended = asyncio.Event(), asyncio.Event()

        async def endless(head: Head, body: StreamBody, source_ip: str) -> Reply:
            arrived.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                ended.set()

        server = HttpServer(endless)
        async with connected(await server.start("127.0.0.1", 0)) as client:
            client.send(b"GET / HTTP/1.1\r\n\r\n")
            await arrived.wait()
            await server.close()
            assert ended.is_set()
            assert await client.is_closed()

    run(work())


def test_an_address_that_is_taken_is_an_error():
    async def work() -> None:
        async with serving(echo) as port:
            with pytest.raises(OSError, match="in use"):
                await HttpServer(echo).start("127.0.0.1", port)

    run(work())


def test_closing_what_was_never_started_is_harmless():
    run(HttpServer(echo).close())


def test_a_fault_may_close_the_connection_in_the_place_of_an_answer():
    async def hang_up(head: Head, body: StreamBody, source_ip: str) -> Reply:
        raise HangUpError

    async def conversation(client: Client) -> None:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert await client.is_closed()

    talk(hang_up, conversation)


def test_a_fault_may_close_the_connection_within_a_body():
    async def pieces() -> AsyncIterator[bytes]:
        yield b"ab"
        raise HangUpError

    async def cut_short(head: Head, body: StreamBody, source_ip: str) -> Reply:
        return Reply(200, [("content-length", "5")], pieces())

    async def conversation(client: Client) -> None:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        head = await client.head()
        assert head is not None
        assert head.header("content-length") == "5"
        assert await client.reader.read() == b"ab"

    talk(cut_short, conversation)


def test_silence_lasts_until_the_client_leaves():
    async def be_silent(head: Head, body: StreamBody, source_ip: str) -> Reply:
        raise SilentError

    async def work() -> None:
        server = HttpServer(be_silent)
        port = await server.start("127.0.0.1", 0)
        async with connected(port) as client:
            client.send(b"PUT / HTTP/1.1\r\nContent-Length: 4000000\r\n\r\n")
            client.send(bytes(4_000_000))
            await client.writer.drain()  # returns as far as the server takes what it is sent
            (connection,) = server._connections
            assert not connection.done()
            client.writer.write_eof()
            assert await client.is_closed()
        await asyncio.wait_for(connection, 10)
        await server.close()

    run(work())
