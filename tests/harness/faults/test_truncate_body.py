from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.call import Call, Reply
from harness.errors import HangUpError
from harness.faults.truncate_body import TruncateBody
from tests.harness.faults.around import meet


async def _received(reply: Reply) -> bytes:
    """Return what arrives of a body that must not end."""
    pieces: list[bytes] = []

    async def collect() -> None:
        async for piece in reply.pieces():
            pieces.append(piece)  # noqa: PERF401 - they are wanted although it fails

    with pytest.raises(HangUpError):
        await collect()
    return b"".join(pieces)


@given(
    pieces=st.lists(st.binary(min_size=1), min_size=1), share=st.floats(0, 1), framed=st.booleans()
)
def test_a_beginning_arrives_and_the_length_is_that_of_all(pieces, share, framed):
    whole = b"".join(pieces)
    headers = [("content-length", str(len(whole)))] if framed else []

    async def streamed() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def answer(call: Call) -> Reply:
        return Reply(200, [("x-kept", "1"), *headers], streamed())

    async def work() -> None:
        reply = await meet("truncate-body", answer, share=share)
        assert reply.headers == [("x-kept", "1"), ("content-length", str(len(whole)))]
        arrived = await _received(reply)
        assert whole.startswith(arrived)
        assert len(arrived) == min(int(len(whole) * share), len(whole) - 1)

    asyncio.run(work())


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("HEAD", b"")])
def test_what_has_no_body_arrives(method, body):
    async def answer(call: Call) -> Reply:
        return Reply(200, [("content-length", "7")] if method == "HEAD" else [], body)

    reply = asyncio.run(meet("truncate-body", answer, method=method))
    assert reply.body == b""


def test_half_of_it_arrives_when_nothing_is_said():
    assert TruncateBody().share == 0.5
