"""The calls by which an event reaches a destination, and the ids that come back."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.senders import invoke, publish, put_event, send_message

REGION = "eu-west-1"
FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:f:live"
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:q"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:t"
BUS = f"arn:aws:events:{REGION}:123456789012:event-bus/default"


class Door:
    def __init__(self, *reply: Any) -> None:
        self.reply = Reply(*reply)
        self.calls: list[Call] = []
        self.bodies: list[bytes] = []

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        self.bodies.append(await call.body.read())
        return self.reply


def test_a_function_is_invoked_as_an_event_in_its_own_region():
    door = Door(202)
    request_id = asyncio.run(invoke(door, FUNCTION, b"{}", "Root=1"))
    (call,) = door.calls
    assert (call.id, call.operation, door.bodies) == (request_id, "Invoke", [b"{}"])
    assert call.path.endswith("function%3Af%3Alive/invocations")
    assert call.header("x-amz-invocation-type") == "Event"
    assert call.header("x-amzn-trace-id") == "Root=1"
    assert f"/{REGION}/lambda/" in call.header("authorization")


def test_a_queue_gets_the_text():
    door = Door(200, [], b'{"MessageId": "m"}')
    assert asyncio.run(send_message(door, QUEUE, "員".encode(), group="g")) == "m"
    assert orjson.loads(door.bodies[0]) == {
        "QueueUrl": f"http://sqs.{REGION}.amazonaws.com/123456789012/q",
        "MessageBody": "員",
        "MessageGroupId": "g",
    }


def test_a_topic_gets_the_text_under_a_subject():
    answer = b"<R xmlns='n'><PublishResult><MessageId>m</MessageId></PublishResult></R>"
    door = Door(200, [], answer)
    assert asyncio.run(publish(door, TOPIC, b"text", subject="S")) == "m"
    assert parse_qs(door.bodies[0].decode()) == {
        "Action": ["Publish"],
        "TopicArn": [TOPIC],
        "Message": ["text"],
        "Subject": ["S"],
    }


def test_a_bus_gets_the_entry():
    door = Door(200, [], b'{"Entries": [{"EventId": "e"}]}')
    assert asyncio.run(put_event(door, BUS, b'{"Source": "s"}')) == "e"
    assert orjson.loads(door.bodies[0]) == {"Entries": [{"Source": "s"}]}


@pytest.mark.parametrize(
    ("send", "arn", "reply", "message"),
    [
        (invoke, FUNCTION, (404, [], b'{"message": "no function"}'), "no function"),
        (send_message, QUEUE, (400, [], b'{"message": "no queue"}'), "no queue"),
        (
            *(publish, TOPIC),
            (404, [], b"<E xmlns='n'><Error><Code>NotFound</Code><Message>m</Message></Error></E>"),
            "NotFound: m",
        ),
        (publish, TOPIC, (500, [], b"Internal Server Error"), "Internal Server Error"),
        (
            *(put_event, BUS),
            (200, [], b'{"Entries": [{"ErrorCode": "Denied", "ErrorMessage": "m"}]}'),
            "Denied: m",
        ),
    ],
)
def test_a_refusal_is_an_error_in_aws_words(send, arn, reply, message):
    with pytest.raises(AwsError, match=message):
        asyncio.run(send(Door(*reply), arn, b"{}"))
