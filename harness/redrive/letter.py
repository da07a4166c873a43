"""What a message in a dead-letter queue is, and how it is sent back (aws-behaviour §3.5, §3.6).

Pure. Lambda leaves either the event with attributes, or a record around it; every other message
was moved there by SQS, from another queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_MARKS = frozenset({"RequestID", "ErrorCode"})


@dataclass(frozen=True)
class Letter:
    """event: what to invoke a function with; None for what can only be a message of a queue.

    function: the ARN of the function that failed, where the letter says so.
    error: what Lambda wrote about the failure.
    """

    message: Mapping[str, Any]
    event: bytes | None = None
    function: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        return str(self.message["MessageId"])

    def request(self) -> dict[str, Any]:
        """Return the members of a SendMessage with everything the message carries.

        In a FIFO queue a letter keeps its group, and its own id keeps it from being sent twice.
        """
        message = self.message
        request: dict[str, Any] = {"MessageBody": message["Body"]}
        if attributes := message.get("MessageAttributes"):
            request["MessageAttributes"] = {
                name: {key: value for key, value in given.items() if value not in ([], None)}
                for name, given in attributes.items()
            }
        system = message.get("Attributes", {})
        if trace := system.get("AWSTraceHeader"):
            header = {"DataType": "String", "StringValue": trace}
            request["MessageSystemAttributes"] = {"AWSTraceHeader": header}
        if group := system.get("MessageGroupId"):
            request |= {"MessageGroupId": group, "MessageDeduplicationId": message["MessageId"]}
        return request


def letter(message: Mapping[str, Any]) -> Letter:
    """Return what a message is, as ReceiveMessage answers it with all its attributes."""
    attributes = message.get("MessageAttributes", {})
    if attributes.keys() >= _MARKS:
        error = attributes.get("ErrorMessage", {}).get("StringValue", "")
        return Letter(message, message["Body"].encode(), error=error)
    if record := _record(message["Body"]):
        context = record["requestContext"]
        event = orjson.dumps(record["requestPayload"])
        return Letter(message, event, context["functionArn"], context.get("condition", ""))
    return Letter(message)


def _record(body: str) -> dict[str, Any] | None:
    """Return an invocation record, as a destination receives it."""
    try:
        record = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(record, dict) or "requestPayload" not in record:
        return None
    context = record.get("requestContext")
    return record if isinstance(context, dict) and "functionArn" in context else None
