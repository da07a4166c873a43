"""The record of one SQS message in the event a function receives (aws-behaviour §6.1); pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from harness.event_pattern import matches

# In AWS's order; those of FIFO queues and of tracing only where the message has them.
_ATTRIBUTES = (
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "SentTimestamp",
    "SequenceNumber",
    "MessageGroupId",
    "SenderId",
    "MessageDeduplicationId",
    "ApproximateFirstReceiveTimestamp",
)


def record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """Return the record of a message as ReceiveMessage answers it."""
    attributes = message.get("Attributes", {})
    made: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {name: attributes[name] for name in _ATTRIBUTES if name in attributes},
        "messageAttributes": {
            name: _message_attribute(value)
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
    }
    if digest := message.get("MD5OfMessageAttributes"):
        made["md5OfMessageAttributes"] = digest
    region = queue_arn.split(":")[3]
    return {
        **made,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    if value["DataType"].startswith("Binary"):
        return {"binaryValue": value["BinaryValue"], **lists, "dataType": value["DataType"]}
    return {"stringValue": value["StringValue"], **lists, "dataType": value["DataType"]}


def wanted(made: Mapping[str, Any], patterns: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a record passes one of the filters; without filters all do.

    A filter on the body's members does not match a body that is plain text, nor the reverse.
    """
    listed = list(patterns)
    return not listed or any(_passes(made, each) for each in listed)


def _passes(made: Mapping[str, Any], each: Mapping[str, Any]) -> bool:
    content = {**made, "body": _decoded(made["body"])} if _looks_into_body(each) else made
    return matches(each, content)


def _looks_into_body(each: Mapping[str, Any]) -> bool:
    if isinstance(each.get("body"), dict):
        return True
    return any(_looks_into_body(alternative) for alternative in each.get("$or", ()))


def _decoded(body: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
