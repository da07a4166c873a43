"""The SQS calls that touch a queue's messages: one at a time, and long polls wait on our side.

The control plane takes no lock on a queue: two receives at once may hand out the same message, two
deletes at once bring a deleted one back. And every long poll would occupy one of its threads.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import orjson

from harness.aws import json_answer, json_call
from harness.call import Bytes, Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.services.sqs.queue import Queue, Queues, name_of
from harness.waiting import first

_SENDS = ("SendMessage", "SendMessageBatch")
_VISIBILITY = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
_SETTINGS = ("SetQueueAttributes", "DeleteQueue")
_NEWS = frozenset({*_SENDS, *_VISIBILITY, *_SETTINGS})
_IN_TURN = _NEWS | {"ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue"}
_LONGEST_WAIT_S = 20
# How soon a waiting consumer sees that a delay or a visibility time-out has ended.
_ASK_AGAIN_S = 1.0


class Sqs:
    """Claims SQS; `wall` is the clock the control plane goes by, which no time scale reaches."""

    name = "sqs"

    def __init__(self, control_plane: Handler, queues: Queues, wall: Clock, region: str) -> None:
        self._control_plane = control_plane
        self._queues = queues
        self._wall = wall
        self._region = region

    def claims(self, call: Call) -> bool:
        return call.service == "sqs"

    async def handle(self, call: Call) -> Reply:
        if call.operation not in _IN_TURN:
            return await self._untold(call)
        request = await _request(call)
        queue = self._queues[name_of(request.get("QueueUrl"))]
        if call.operation == "ReceiveMessage":
            return await self._receive(call, request, queue)
        if call.operation == "SendMessage" and (trace := call.header("x-amzn-trace-id")):
            _put(call, orjson.dumps(traced(request, unquote(trace))))
        reply = await self._in_turn(call, queue)
        if call.operation in _SETTINGS:
            queue.attributes = None
        if call.operation in _NEWS:
            queue.changed()
        return reply

    async def _untold(self, call: Call) -> Reply:
        """Forward what names no queue; without an operation (query protocol) it may be a send."""
        reply = await self._control_plane(call)
        if not call.operation:
            self._queues.all_changed()
        return reply

    async def _in_turn(self, call: Call, queue: Queue) -> Reply:
        async with queue.turn:
            return await _whole(await self._control_plane(call))

    async def _receive(self, call: Call, request: dict[str, Any], queue: Queue) -> Reply:
        wait_s = await self._wait_s(request, queue)
        if not isinstance(wait_s, int) or not 0 <= wait_s <= _LONGEST_WAIT_S:
            return await self._control_plane(call)  # which refuses it
        deadline = self._wall.monotonic() + wait_s
        _put(call, orjson.dumps({**request, "WaitTimeSeconds": 0}))
        while True:
            seen = queue.changes
            reply = await self._in_turn(call, queue)
            left_s = deadline - self._wall.monotonic()
            if left_s <= 0 or reply.status != 200 or orjson.loads(await reply.read()):
                return reply
            await first(queue.change(seen), self._wall.wait(min(left_s, _ASK_AGAIN_S)))

    async def _wait_s(self, request: dict[str, Any], queue: Queue) -> Any:
        if (given := request.get("WaitTimeSeconds")) is not None:
            return given
        if queue.attributes is None:
            asked = {"QueueUrl": request.get("QueueUrl"), "AttributeNames": ["All"]}
            call = json_call("sqs", self._region, "AmazonSQS.GetQueueAttributes", asked)
            try:
                answer = await json_answer(self._control_plane, call)
            except AwsError:
                return 0  # the control plane says the same of the receive itself
            queue.attributes = answer["Attributes"]
        return int(queue.attributes["ReceiveMessageWaitTimeSeconds"])


def traced(request: dict[str, Any], trace: str) -> dict[str, Any]:
    """Return a SendMessage that carries its sender's trace, as SQS has it (§3.7); pure."""
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
    given = request.get("MessageSystemAttributes") or {}
    if not isinstance(given, dict):
        return request  # the control plane refuses it
    return {**request, "MessageSystemAttributes": {**header, **given}}


async def _request(call: Call) -> dict[str, Any]:
    """Return the request; {} for what is none, which the control plane refuses."""
    body = await call.body.read()
    _put(call, body)
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return request if isinstance(request, dict) else {}


def _put(call: Call, body: bytes) -> None:
    framing = ("transfer-encoding", "content-length")
    call.body = Bytes(body)
    call.headers = [header for header in call.headers if header[0] not in framing]
    call.headers.append(("content-length", str(len(body))))


async def _whole(reply: Reply) -> Reply:
    """Read the answer to its end, so that the turn is not given on before."""
    await reply.read()
    return reply
