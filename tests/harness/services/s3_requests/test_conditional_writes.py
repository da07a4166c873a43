"""A control plane that looks first and stores later, as the real one does."""

from __future__ import annotations

import asyncio

from harness.call import Bytes, Call, Reply
from harness.errors import AwsError
from harness.services.s3_requests.conditional_writes import ConditionalWrites


class Store:
    """Takes its time between looking and storing."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    async def __call__(self, call: Call) -> Reply:
        if call.method == "DELETE":
            self.keys.discard(call.path)
            return Reply(204)
        await call.body.read()
        exists = call.path in self.keys
        await asyncio.sleep(0)
        if exists and call.header("if-none-match"):
            return Reply(412)
        self.keys.add(call.path)
        return Reply(200)


class Waiting:
    """A body of which the end comes when it is told to."""

    def __init__(self) -> None:
        self.asked, self.goes_on = asyncio.Event(), asyncio.Event()

    async def __aiter__(self):
        self.asked.set()
        await self.goes_on.wait()
        yield b"x"

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])


def put(path: str = "/b/k", condition: str = "*", body=None) -> Call:
    headers = [("if-none-match", condition)] if condition else []
    return Call("s3", "PutObject", "PUT", path, headers=headers, body=body or Bytes(b"x"))


def delete(path: str = "/b/k") -> Call:
    return Call("s3", "DeleteObject", "DELETE", path)


def test_one_of_many_creates_the_object():
    async def work() -> list[int]:
        layer, store = ConditionalWrites(), Store()
        replies = await asyncio.gather(*(layer(put(), store) for _ in range(10)))
        return sorted(reply.status for reply in replies)

    assert asyncio.run(work()) == [200] + [412] * 9


def test_a_write_that_takes_long_holds_nobody_up():
    async def work() -> tuple[int, int]:
        layer, store, slow = ConditionalWrites(), Store(), Waiting()
        first = asyncio.create_task(layer(put(body=slow), store))
        await slow.asked.wait()
        second = await layer(put(), store)
        slow.goes_on.set()
        return (await first).status, second.status

    assert asyncio.run(work()) == (412, 200)


def test_a_deletion_during_a_write_is_a_conflict_for_this_key_only():
    async def work(deleted: str) -> int:
        layer, store, slow = ConditionalWrites(), Store(), Waiting()
        write = asyncio.create_task(layer(put(body=slow), store))
        await slow.asked.wait()
        await layer(delete(deleted), store)
        slow.goes_on.set()
        try:
            return (await write).status
        except AwsError as error:
            # The turn was given back: the next write is not stuck.
            assert (await layer(put(), store)).status == 200
            return error.status

    assert asyncio.run(work("/b/k")) == 409
    assert asyncio.run(work("/b/other")) == 200


def test_nothing_is_remembered_afterwards():
    async def work() -> int:
        layer, store = ConditionalWrites(), Store()
        await layer(put(), store)
        await layer(put(condition=""), store)
        await layer(delete(), store)
        return len(layer._keys)

    assert asyncio.run(work()) == 0
