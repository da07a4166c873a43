from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from harness.call import Bytes, Call, Handler, Reply, layered


def test_parameters_are_decoded_and_may_lack_a_value():
    call = Call("s3", "", "GET", "/b", "prefix=a%20b%2B&notification&x=")
    assert call.parameters() == {"prefix": "a b+", "notification": "", "x": ""}


def test_the_first_header_of_a_name_counts():
    call = Call("s3", "", "GET", "/", headers=[("a", "1"), ("a", "2")])
    assert (call.header("a"), call.header("b"), call.header("b", "none")) == ("1", "", "none")
    assert Reply(200, [("X-A", "1")]).header("x-a") == "1"


def test_every_call_has_an_id_of_its_own():
    assert Call("s3", "", "GET", "/").id != Call("s3", "", "GET", "/").id


def test_a_body_in_memory_can_be_read_again():
    async def work() -> None:
        body = Bytes(b"abc")
        assert [piece async for piece in body] == [b"abc"]
        assert await body.read() == b"abc"
        assert [piece async for piece in Bytes()] == []

    asyncio.run(work())


def test_a_streamed_reply_is_collected_once():
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    async def work() -> None:
        reply = Reply(200, [], pieces())
        assert await reply.read() == b"ab"
        assert await reply.read() == b"ab"

    asyncio.run(work())


def test_the_first_layer_is_the_outermost():
    order: list[str] = []

    def layer(name: str):
        async def passing(call: Call, proceed: Handler) -> Reply:
            order.append(f"{name} in")
            reply = await proceed(call)
            order.append(f"{name} out")
            return reply

        return passing

    async def handler(call: Call) -> Reply:
        order.append(call.path)
        return Reply(204)

    handle = layered([layer("a"), layer("b")], handler)
    assert asyncio.run(handle(Call("s3", "", "GET", "/x"))).status == 204
    assert order == ["a in", "b in", "/x", "b out", "a out"]
