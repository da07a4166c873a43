"""Turns and long polls before a control plane that is played; the clock is manual."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from harness.aws import json_call, query_call
from harness.call import Bytes, Call, Reply
from harness.services.sqs import Queues, Sqs, name_of
from tests.harness.watched_clock import WatchedClock

REGION = "ap-northeast-1"
URL = "http://h/123456789012/q"


class Stage:
    """messages: what the next receives answer; gate: an item lets one call of moto's end."""

    def __init__(self, *, gated: bool = False) -> None:
        self.clock, self.queues = WatchedClock(), Queues()
        self.sqs = Sqs(self._control_plane, self.queues, self.clock, REGION)
        self.messages: list[str] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.default_wait = "0"
        self.gate: asyncio.Queue[None] = asyncio.Queue()
        self.entered: asyncio.Queue[str] = asyncio.Queue()
        self.at_once = self.peak = 0
        self._gated = gated

    async def call(self, operation: str, **members: Any) -> dict[str, Any]:
        request = {"QueueUrl": URL, **members}
        reply = await self.sqs.handle(json_call("sqs", REGION, f"AmazonSQS.{operation}", request))
        answer: dict[str, Any] = orjson.loads(await reply.read())
        return answer

    async def _control_plane(self, call: Call) -> Reply:
        body = await call.body.read()
        assert int(call.header("content-length")) == len(body)
        members = orjson.loads(body) if call.operation else {}
        self.asked.append((call.operation, members))
        self.at_once += 1
        self.peak = max(self.peak, self.at_once)
        self.entered.put_nowait(call.operation)
        if self._gated:
            await self.gate.get()
        self.at_once -= 1
        if call.operation == "GetQueueAttributes":
            attributes = {"ReceiveMessageWaitTimeSeconds": self.default_wait}
            return Reply(200, [], orjson.dumps({"Attributes": attributes}))
        if call.operation == "ReceiveMessage" and self.messages:
            return Reply(200, [], orjson.dumps({"Messages": [self.messages.pop(0)]}))
        return Reply(200, [], b"{}")


def run(work: Callable[[Stage], Awaitable[None]], **more: Any) -> None:
    async def on_stage() -> None:
        async with asyncio.timeout(20):
            await work(Stage(**more))

    asyncio.run(on_stage())


def test_the_messages_of_a_queue_are_touched_by_one_call_at_a_time():
    async def work(stage: Stage) -> None:
        operations = ["SendMessage", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"]
        wait = {"WaitTimeSeconds": 0}
        calls = [asyncio.ensure_future(stage.call(name, **wait)) for name in operations]
        other = asyncio.ensure_future(stage.call("SendMessage", QueueUrl="http://h/1/other"))
        for _ in range(2):
            await stage.entered.get()
        assert stage.entered.empty()
        for _ in [*calls, other]:
            stage.gate.put_nowait(None)
        await asyncio.gather(*calls, other)
        assert stage.peak == 2

    run(work, gated=True)


def test_a_long_poll_ends_with_a_message_that_is_sent():
    async def work(stage: Stage) -> None:
        polling = asyncio.ensure_future(stage.call("ReceiveMessage", WaitTimeSeconds=20))
        await stage.clock.waits.get()
        stage.messages.append("m")
        await stage.call("SendMessage")
        assert await polling == {"Messages": ["m"]}
        waits = [members["WaitTimeSeconds"] for name, members in stage.asked if "Receive" in name]
        assert waits == [0, 0]

    run(work)


def test_a_long_poll_asks_again_for_messages_that_become_visible():
    async def work(stage: Stage) -> None:
        polling = asyncio.ensure_future(stage.call("ReceiveMessage", WaitTimeSeconds=2))
        await stage.clock.waits.get()
        stage.messages.append("m")
        stage.clock.advance(1.0)
        assert await polling == {"Messages": ["m"]}

    run(work)


def test_a_long_poll_ends_in_time_with_nothing():
    async def work(stage: Stage) -> None:
        polling = asyncio.ensure_future(stage.call("ReceiveMessage", WaitTimeSeconds=1))
        await stage.clock.waits.get()
        stage.clock.advance(1.0)
        assert await polling == {}

    run(work)


def test_the_queue_s_own_wait_counts_when_none_is_given():
    async def work(stage: Stage) -> None:
        stage.default_wait = "5"
        polling = asyncio.ensure_future(stage.call("ReceiveMessage"))
        await stage.clock.waits.get()
        stage.clock.advance(5.0)
        assert await polling == {}
        await stage.call("SetQueueAttributes")
        stage.default_wait = "0"
        assert await stage.call("ReceiveMessage") == {}
        asked = [name for name, _ in stage.asked if name == "GetQueueAttributes"]
        assert len(asked) == 2

    run(work)


@pytest.mark.parametrize("wait", [-1, 21, "x", [], 1.5])
def test_a_wait_that_is_none_is_the_control_plane_s_to_refuse(wait):
    async def work(stage: Stage) -> None:
        await stage.call("ReceiveMessage", WaitTimeSeconds=wait)
        assert stage.asked[-1][1]["WaitTimeSeconds"] == wait

    run(work)


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff"])
def test_a_malformed_request_is_passed_on(body):
    async def work(stage: Stage) -> None:
        call = Call("sqs", "SendMessage", "POST", "/", body=Bytes(body))
        seen: list[bytes] = []

        async def control_plane(call: Call) -> Reply:
            seen.append(await call.body.read())
            return Reply(400)

        sqs = Sqs(control_plane, stage.queues, stage.clock, REGION)
        assert (await sqs.handle(call)).status == 400
        assert seen == [body]

    run(work)


def test_an_old_client_s_request_is_news_everywhere():
    async def work(stage: Stage) -> None:
        queue = stage.queues["q"]
        call = query_call("sqs", REGION, "", {"QueueUrl": URL})
        await stage.sqs.handle(call)
        await queue.change(0)
        assert queue.changes == 1

    run(work)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (URL, "q"),
        (f"{URL}/", "q"),
        (f"arn:aws:sqs:{REGION}:123456789012:q.fifo", "q.fifo"),
        ("q", "q"),
        (None, ""),
        (1, ""),
    ],
)
def test_names(address, name):
    assert name_of(address) == name
