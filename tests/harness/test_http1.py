from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.http1 import (
    Head,
    ProtocolError,
    StreamBody,
    head_bytes,
    parse_head,
    read_head,
    status_line,
    write_response,
)
from tests.harness.streams import Sent, arriving

T = TypeVar("T")
HANG_S = 20  # a parser that waits for what will not come fails its test instead of stopping it
POST = ("POST", "/", "HTTP/1.1")


def run(work: Coroutine[Any, Any, T]) -> T:
    async def guarded() -> T:
        async with asyncio.timeout(HANG_S):
            return await work

    return asyncio.run(guarded())


async def read(headers: list[tuple[str, str]], *pieces: bytes, eof: bool = True) -> bytes:
    return await StreamBody(arriving(*pieces, eof=eof), Head(POST, headers)).read()


TOKEN = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_!#$%&'*+.^`|~", min_size=1)
VALUE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"))
HEADERS = st.lists(st.tuples(TOKEN, VALUE.map(lambda value: value.strip(" \t"))))


@given(TOKEN, st.text("abc/%?&=+.", min_size=1), HEADERS)
def test_a_head_is_read_as_it_was_written(method, target, headers):
    raw = head_bytes(f"{method} {target} HTTP/1.1", headers)
    assert parse_head(raw) == Head((method, target, "HTTP/1.1"), headers)


@given(st.binary())
def test_whatever_arrives_comes_to_an_end(raw):
    async def work() -> int:
        reader = arriving(raw, b"\r\n\r\n")
        try:
            while head := await read_head(reader):
                await StreamBody(reader, head).read()
        except ProtocolError as error:
            return error.status
        return 200

    assert run(work()) in (200, 400, 501)


def test_a_status_line_keeps_its_reason_and_may_lack_one():
    assert parse_head(b"HTTP/1.1 404 Not Found\r\n\r\n").start == ("HTTP/1.1", "404", "Not Found")
    assert parse_head(b"HTTP/1.1 200 \r\n\r\n").start == ("HTTP/1.1", "200", "")


def test_names_are_lower_cased_and_duplicates_kept():
    head = parse_head(b"GET / HTTP/1.1\r\nX-A: 1\r\nx-a:\t2 \r\n\r\n")
    assert head.headers == [("x-a", "1"), ("x-a", "2")]
    assert (head.header("x-a"), head.header("x-b", "none")) == ("1", "none")
    assert head.all("x-a") == ["1", "2"]


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /\r\n\r\n",
        b"GET / FTP/1.1\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / HTTP/1.1 x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"GET /a\nX: HTTP/1.1\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\n\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n: nameless\r\n\r\n",
        b"GET / HTTP/1.1\r\nname : space before the colon\r\n\r\n",
        b"GET / HTTP/1.1\r\na: 1\r\n folded: line\r\n\r\n",
        b"GET / HTTP/1.1\r\na: 1\nb: smuggled\r\n\r\n",
        b"GET / HTTP/1.1\r\na: 1\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\na: \0\r\n\r\n",
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(raw):
    with pytest.raises(ProtocolError, match="malformed"):
        parse_head(raw)


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_the_end_between_two_messages_is_no_error(sent):
    async def work() -> Head | None:
        return await read_head(arriving(sent))

    assert run(work()) is None


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"GET / HTTP/1.1\r\nHost", 400), (b"GET / HTTP/1.1\r\nx: " + b"y" * 600_000, 431)],
)
def test_an_unfinished_or_endless_head_is_refused(sent, status):
    async def work() -> None:
        await read_head(arriving(sent))

    with pytest.raises(ProtocolError) as caught:
        run(work())
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("start", "connection", "kept"),
    [
        (POST, "", True),
        (POST, "close", False),
        (POST, "Keep-Alive", True),
        (("GET", "/", "HTTP/1.0"), "", False),
        (("GET", "/", "HTTP/1.0"), "keep-alive", True),
        (("HTTP/1.1", "200", "OK"), "", True),
        (("HTTP/1.0", "200", "OK"), "", False),
    ],
)
def test_whether_the_connection_serves_on(start, connection, kept):
    assert Head(start, [("connection", connection)]).keeps_alive is kept


@pytest.mark.parametrize(
    ("headers", "pieces", "body"),
    [
        ([], [b"next message"], b""),
        ([("content-length", "0")], [b"next"], b""),
        ([("content-length", "5")], [b"he", b"llo", b"next"], b"hello"),
        ([("transfer-encoding", "chunked")], [b"5\r\nhello\r\n0\r\n\r\nnext"], b"hello"),
        ([("transfer-encoding", "Chunked")], [b"2;ext=1\r\nhe\r\n", b"0\r\nT: 1\r\n\r\n"], b"he"),
        ([("transfer-encoding", "chunked")], [b"A\r\n0123456789\r\n00\r\n\r\n"], b"0123456789"),
    ],
)
def test_a_body_ends_where_its_framing_says(headers, pieces, body):
    assert run(read(headers, *pieces, eof=False)) == body


@given(st.lists(st.binary(), max_size=5))
def test_chunks_are_read_as_they_were_written(pieces):
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def work() -> bytes:
        sent = Sent()
        await write_response(sent, 200, [], body())
        reader = arriving(sent.data)
        head = await read_head(reader)
        return await StreamBody(reader, head).read()

    assert run(work()) == b"".join(pieces)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ([("content-length", "1"), ("transfer-encoding", "chunked")], "more than once, or both"),
        ([("content-length", "1"), ("content-length", "2")], "more than once"),
        ([("transfer-encoding", "chunked"), ("transfer-encoding", "x")], "more than once"),
        ([("content-length", "-1")], "malformed content-length"),
        ([("content-length", "1, 1")], "malformed content-length"),
        ([("content-length", "٣")], "malformed content-length"),
        ([("content-length", "")], "malformed content-length"),
    ],
)
def test_ambiguous_framing_is_refused(headers, message):
    with pytest.raises(ProtocolError, match=message):
        run(read(headers))


def test_an_unknown_transfer_encoding_is_not_implemented():
    with pytest.raises(ProtocolError) as caught:
        run(read([("transfer-encoding", "gzip, chunked")]))
    assert caught.value.status == 501


@pytest.mark.parametrize(
    "sent",
    [
        b"zz\r\n",
        b"-5\r\nhello",
        b"+5\r\nhello",
        b"0x5\r\nhello",
        b"1_0\r\n",
        b"\r\n",
        b"fffffffffffffffff\r\n",
        b"2\r\nhello\r\n0\r\n\r\n",
        b"2" * 600_000,
    ],
)
def test_a_malformed_chunk_is_refused_at_once(sent):
    """At once: the peer has not closed, so waiting for more would be for ever."""
    with pytest.raises(ProtocolError):
        run(read([("transfer-encoding", "chunked")], sent, eof=False))


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ([("content-length", "9")], b"hell"),
        ([("transfer-encoding", "chunked")], b"9\r\nhell"),
        ([("transfer-encoding", "chunked")], b"4\r\nhell\r\n"),
        ([("transfer-encoding", "chunked")], b"4\r\nhell\r\n0\r\n"),
    ],
)
def test_a_body_that_breaks_off_is_an_error_and_marked(headers, sent):
    async def work() -> StreamBody:
        body = StreamBody(arriving(sent), Head(POST, headers))
        with pytest.raises(ProtocolError, match="closed inside"):
            await body.read()
        return body

    body = run(work())
    assert body.broken
    assert not body.finished


def test_without_framing_a_response_ends_with_its_connection():
    async def work() -> bytes:
        head = Head(("HTTP/1.1", "200", "OK"), [])
        return await StreamBody(arriving(b"all", b" of it"), head, until_close=True).read()

    assert run(work()) == b"all of it"


def test_the_peer_is_asked_to_continue_once_and_only_when_somebody_reads():
    async def work() -> None:
        sent = Sent()
        body = StreamBody(arriving(b"ab"), Head(POST, [("content-length", "2")]), ask=sent)
        assert body.waits_for_continue
        assert sent.data == b""
        assert await body.read() == b"ab"
        assert await body.read() == b""
        assert not body.waits_for_continue
        assert sent.data == b"HTTP/1.1 100 Continue\r\n\r\n"

    run(work())


async def pieces() -> AsyncIterator[bytes]:
    yield b"ab"
    yield b"c"


@pytest.mark.parametrize(
    ("status", "headers", "body", "bodiless", "sent"),
    [
        (200, [], b"hi", False, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"),
        (
            200,
            [("content-length", "9")],
            b"",
            True,
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
        ),
        (204, [], b"", False, b"HTTP/1.1 204 No Content\r\n\r\n"),
        (
            200,
            [],
            pieces,
            False,
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        ),
        (
            206,
            [("Content-Length", "3")],
            pieces,
            False,
            b"HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc",
        ),
        (200, [], pieces, True, b"HTTP/1.1 200 OK\r\n\r\n"),
    ],
)
def test_how_a_response_is_framed(status, headers, body, bodiless, sent):
    async def work() -> bytes:
        written = Sent()
        source = body if isinstance(body, bytes) else body()
        await write_response(written, status, headers, source, bodiless=bodiless)
        return written.data

    assert run(work()) == sent


def test_a_status_nobody_named_still_has_a_line():
    assert status_line(599) == "HTTP/1.1 599 Unknown"
