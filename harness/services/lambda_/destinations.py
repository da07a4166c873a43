"""Where an asynchronous event goes at its end: the dead-letter queue and the destinations.

The records are pure; sending them is a call through the door like any other (aws-behaviour §3.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from harness.aws import ACCOUNT, json_answer, json_call
from harness.call import Handler
from harness.clock import iso8601
from harness.errors import AwsError
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Ending:
    """How an event ended; outcome: None when the function never ran."""

    request_id: str
    payload: bytes
    condition: str
    attempts: int
    outcome: Outcome | None


def record(function: Function, ending: Ending, now: float) -> bytes:
    """Return the invocation record a destination receives."""
    body: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso8601(now),
        "requestContext": {
            "requestId": ending.request_id,
            "functionArn": function.qualified_arn,
            "condition": ending.condition,
            "approximateInvokeCount": ending.attempts,
        },
        "requestPayload": orjson.Fragment(ending.payload or b"null"),
    }
    if ending.outcome is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": function.version}
        if ending.outcome.failed:
            context["functionError"] = "Unhandled"
        body["responseContext"] = context
        body["responsePayload"] = orjson.Fragment(ending.outcome.payload or b"null")
    return orjson.dumps(body)


def dead_letter_attributes(ending: Ending) -> dict[str, Any]:
    """Return the message attributes of a dead letter (aws-behaviour §3.6)."""
    message = _error_message(ending)[:1024]
    return {
        "RequestID": {"DataType": "String", "StringValue": ending.request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200" if ending.outcome else "429"},
        "ErrorMessage": {"DataType": "String", "StringValue": message or ending.condition},
    }


def _error_message(ending: Ending) -> str:
    if ending.outcome is None:
        return "Rate Exceeded."
    try:
        return str(orjson.loads(ending.outcome.payload).get("errorMessage", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return ""


async def send_to_queue(
    door: Handler, queue_arn: str, body: str, attributes: dict[str, Any] | None = None
) -> None:
    """Send one message to a standard SQS queue.

    Raises `AwsError`: for a queue that refuses it, and for a target that is not emulated.
    """
    parts = queue_arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        raise AwsError("NotImplemented", f"{queue_arn}: only SQS targets are emulated so far", 501)
    message: dict[str, Any] = {
        "QueueUrl": f"http://sqs.{parts[3]}.amazonaws.com/{parts[4] or ACCOUNT}/{parts[5]}",
        "MessageBody": body,
    }
    if attributes:
        message["MessageAttributes"] = attributes
    await json_answer(door, json_call("sqs", parts[3], "AmazonSQS.SendMessage", message))
