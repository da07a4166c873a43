"""How an event ended, and what is told of it (aws-behaviour §3.5.3, §3.6.1); pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from harness.clock import iso8601
from harness.services.lambda_.recursion import STOPPED

_ERROR_MESSAGE_LIMIT = 1024
_NOT_ANSWERED = {"RecursiveInvocation": ("400", STOPPED)}
_THROTTLED = ("429", "Rate Exceeded.")


@dataclass(frozen=True, slots=True)
class Response:
    """The function's last answer; version: the one that gave it."""

    failed: bool
    payload: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Ending:
    """function: its name; arn: with the qualifier it was invoked by; time: epoch seconds.

    response: None when the function never ran.
    """

    function: str
    arn: str
    request_id: str
    payload: bytes
    condition: str
    attempts: int
    time: float
    response: Response | None = None
    trace: str = ""

    @property
    def succeeded(self) -> bool:
        return self.condition == "Success"


def targets(
    settings: Mapping[str, Any], dead_letter_arn: str, condition: str
) -> list[tuple[str, str]]:
    """Return ("destination" or "dead_letter_queue", ARN) of everybody who is told of an ending."""
    succeeded = condition == "Success"
    side = settings.get("DestinationConfig", {}).get("OnSuccess" if succeeded else "OnFailure", {})
    told = [("destination", side.get("Destination", ""))]
    if not succeeded:
        told.append(("dead_letter_queue", dead_letter_arn))
    return [(via, arn) for via, arn in told if arn]


def record(ending: Ending) -> bytes:
    """Return the invocation record that a destination receives."""
    body: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso8601(ending.time),
        "requestContext": {
            "requestId": ending.request_id,
            "functionArn": ending.arn,
            "condition": ending.condition,
            "approximateInvokeCount": ending.attempts,
        },
        "requestPayload": orjson.Fragment(ending.payload or b"null"),
    }
    if ending.response is not None:
        context: dict[str, Any] = {
            "statusCode": 200,
            "executedVersion": ending.response.version,
        }
        if ending.response.failed:
            context["functionError"] = "Unhandled"
        body["responseContext"] = context
        body["responsePayload"] = orjson.Fragment(ending.response.payload or b"null")
    return orjson.dumps(body)


def dead_letter_attributes(ending: Ending) -> dict[str, tuple[str, str]]:
    """Return the (type, value) of a dead letter's message attributes."""
    code, message = _error(ending)
    return {
        "RequestID": ("String", ending.request_id),
        "ErrorCode": ("Number", code),
        "ErrorMessage": ("String", message[:_ERROR_MESSAGE_LIMIT] or ending.condition),
    }


def _error(ending: Ending) -> tuple[str, str]:
    if ending.response is None:
        return _NOT_ANSWERED.get(ending.condition, _THROTTLED)
    try:
        return "200", str(orjson.loads(ending.response.payload).get("errorMessage", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return "200", ""
