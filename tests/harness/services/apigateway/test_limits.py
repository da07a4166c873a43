from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.call import Bytes, Call
from harness.services.apigateway.limits import (
    MAX_BODY_BYTES,
    MAX_EVENT_BYTES,
    MAX_HEAD_BYTES,
    check_event,
    check_head,
    read_body,
)
from harness.services.apigateway.refusal import RefusedError

PIECE = b"x" * 1024 * 1024


class Counted:
    """A body of many pieces that knows how many were taken from it."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self._pieces):
            self.taken += 1
            yield PIECE

    async def read(self) -> bytes:
        raise AssertionError("the body must be read piece by piece")


def refused_status(call: Call) -> int:
    with pytest.raises(RefusedError) as caught:
        asyncio.run(read_body(call))
    return caught.value.reply.status


def test_a_body_of_ten_mebibytes_is_read():
    call = Call("execute-api", "", "POST", "/", body=Counted(10))

    assert len(asyncio.run(read_body(call))) == MAX_BODY_BYTES


def test_reading_stops_where_the_body_becomes_too_large():
    body = Counted(1000)

    assert refused_status(Call("execute-api", "", "POST", "/", body=body)) == 413
    assert body.taken == 11


def test_a_body_announced_as_too_large_is_not_read_at_all():
    body = Counted(1000)
    headers = [("content-length", str(MAX_BODY_BYTES + 1))]

    assert refused_status(Call("execute-api", "", "POST", "/", headers=headers, body=body)) == 413
    assert body.taken == 0


def test_no_body_is_an_empty_one():
    assert asyncio.run(read_body(Call("execute-api", "", "GET", "/", body=Bytes()))) == b""


def test_request_line_and_headers_count_together():
    # "GET /?q HTTP/1.1\r\n" are 18 bytes, "name: value\r\n" is four more than name and value.
    fitting = Call("execute-api", "", "GET", "/", "q", [("n", "v" * (MAX_HEAD_BYTES - 18 - 5))])
    check_head(fitting)

    fitting.query = "qq"
    with pytest.raises(RefusedError) as caught:
        check_head(fitting)
    assert caught.value.reply.status == 431


def test_an_event_beyond_lambdas_limit_is_refused():
    check_event(MAX_EVENT_BYTES)

    with pytest.raises(RefusedError) as caught:
        check_event(MAX_EVENT_BYTES + 1)
    assert caught.value.reply.body == b'{"message":"Request Entity Too Large"}'
