"""The segments that Lambda itself sends of a traced invocation (pure).

One for the service, which took the request, and one for the function, whose subsegments are the
initialization of a cold start and the invocation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from harness.aws import ACCOUNT
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a traced invocation when it begins.

    parent: the segment that caused it, "" for none. service, function, initialization, invocation:
    ids of its own segments. accepted: when Lambda took the request, seconds since the epoch.
    """

    trace_id: str
    parent: str
    service: str
    function: str
    initialization: str
    invocation: str
    accepted: float


@dataclass(frozen=True, slots=True)
class Times:
    """began, ended: of the handler, seconds since the epoch. init_s: of a cold start, else None."""

    began: float
    ended: float
    init_s: float | None = None


def documents(
    span: Span, function: Function, request_id: str, times: Times, outcome: Outcome
) -> list[str]:
    """Return both segments of an invocation."""
    service = _of_service(span, function, request_id, times)
    own = _of_function(span, function, request_id, times, _failure(outcome))
    return [orjson.dumps(segment).decode() for segment in (service, own)]


def _of_service(span: Span, function: Function, request_id: str, times: Times) -> dict[str, Any]:
    return {
        "id": span.service,
        "trace_id": span.trace_id,
        **({"parent_id": span.parent} if span.parent else {}),
        "name": function.name,
        "origin": "AWS::Lambda",
        "start_time": span.accepted,
        "end_time": times.ended,
        "http": {"response": {"status": 200}},
        "aws": {"request_id": request_id},
        "resource_arn": function.arn,
    }


def _of_function(
    span: Span, function: Function, request_id: str, times: Times, failure: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": span.function,
        "trace_id": span.trace_id,
        "parent_id": span.service,
        "name": function.name,
        "origin": "AWS::Lambda::Function",
        "start_time": times.began - (times.init_s or 0.0),
        "end_time": times.ended,
        "aws": {
            "account_id": ACCOUNT,
            "function_arn": function.arn,
            "resource_names": [function.name],
            "request_id": request_id,
        },
        "resource_arn": function.arn,
        "subsegments": _phases(span, times, failure),
        **failure,
    }


def _phases(span: Span, times: Times, failure: dict[str, Any]) -> list[dict[str, Any]]:
    invocation = {
        "id": span.invocation,
        "name": "Invocation",
        "start_time": times.began,
        "end_time": times.ended,
        **failure,
    }
    if times.init_s is None:
        return [invocation]
    initialization = {
        "id": span.initialization,
        "name": "Initialization",
        "start_time": times.began - times.init_s,
        "end_time": times.began,
    }
    return [initialization, invocation]


def _failure(outcome: Outcome) -> dict[str, Any]:
    """Return what AWS tells of an error, its type and its message; {} without one."""
    if not outcome.failed:
        return {}
    told = {"type": outcome.error_name, "message": outcome.error_message}
    return {"fault": True, "cause": {"exceptions": [told]}}
