"""How an event reaches a function, a queue, a topic or a bus: a call through the door.

Each sender returns the id by which the destination knows the event: of the invocation, of the
message, of the bus event. It raises `AwsError` when the destination refuses. trace: an
`x-amzn-trace-id` to pass on, "" for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson

from harness.aws import json_answer, json_call, query_call, rest_call
from harness.call import Handler
from harness.errors import AwsError, HarnessError
from harness.http1 import ProtocolError
from harness.xml_answer import xml_answer

# What a call through the door may end with when the destination refuses it or is not there.
FAILURES = (AwsError, HarnessError, ProtocolError, ConnectionError)

# Of a message, by name: (data type, value).
Attributes = Mapping[str, tuple[str, str]]
NO_ATTRIBUTES: Attributes = {}


async def invoke(door: Handler, arn: str, payload: bytes, trace: str = "") -> str:
    """Invoke a function asynchronously; return the request id."""
    headers = [("x-amz-invocation-type", "Event")]
    if trace:
        headers.append(("x-amzn-trace-id", trace))
    call = rest_call(
        *("lambda", _region(arn), "Invoke", "POST", invocations(arn)),
        body=payload,
        headers=tuple(headers),
    )
    await json_answer(door, call)
    return call.id


@lru_cache(maxsize=1024)
def invocations(arn: str) -> str:
    """Return the path of a function's Invoke; its ARN may be qualified."""
    return f"/2015-03-31/functions/{quote(arn, safe='')}/invocations"


async def send_message(
    door: Handler,
    arn: str,
    payload: bytes,
    trace: str = "",
    *,
    group: str = "",
    attributes: Attributes = NO_ATTRIBUTES,
) -> str:
    """Send a message to a queue; group: of a FIFO queue. Return the message id."""
    message: dict[str, Any] = {"QueueUrl": queue_url(arn), "MessageBody": payload.decode()}
    if group:
        message["MessageGroupId"] = group
    if trace:
        header = {"DataType": "String", "StringValue": trace}
        message["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    if attributes:
        message["MessageAttributes"] = {
            name: {"DataType": kind, "StringValue": value}
            for name, (kind, value) in attributes.items()
        }
    call = json_call("sqs", _region(arn), "AmazonSQS.SendMessage", message)
    return str((await json_answer(door, call))["MessageId"])


def queue_url(arn: str) -> str:
    _, _, _, region, account, name = arn.split(":")
    return f"http://sqs.{region}.amazonaws.com/{account}/{name}"


async def publish(
    door: Handler,
    arn: str,
    payload: bytes,
    trace: str = "",
    *,
    subject: str = "",
    attributes: Attributes = NO_ATTRIBUTES,
) -> str:
    """Publish to a topic; return the message id."""
    message = {"TopicArn": arn, "Message": payload.decode()}
    if subject:
        message["Subject"] = subject
    for number, (name, (kind, value)) in enumerate(attributes.items(), start=1):
        prefix = f"MessageAttributes.entry.{number}"
        message |= {f"{prefix}.Name": name, f"{prefix}.Value.DataType": kind}
        message[f"{prefix}.Value.StringValue"] = value
    call = query_call("sns", _region(arn), "Publish", message)
    if trace:
        call.headers.append(("x-amzn-trace-id", trace))
    answer = await xml_answer(door, call)
    return answer.findtext(".//{*}MessageId", "")


async def put_event(door: Handler, arn: str, payload: bytes, trace: str = "") -> str:
    """Put one event on a bus, the payload being its entry; return the event id."""
    request = {"Entries": [orjson.Fragment(payload)]}
    call = json_call("events", _region(arn), "AWSEvents.PutEvents", request)
    (answer,) = (await json_answer(door, call))["Entries"]
    if "ErrorCode" in answer:
        raise AwsError(answer["ErrorCode"], answer.get("ErrorMessage", ""))
    return str(answer["EventId"])


def _region(arn: str) -> str:
    return arn.split(":", 4)[3]
