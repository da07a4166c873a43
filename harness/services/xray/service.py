"""The X-Ray API at the endpoint: segments are taken, traces are found again.

moto keeps segments too, but finds no trace by what is in it and puts no subsegments together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import orjson

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.journal import Journal
from harness.json_reply import json_reply
from harness.services.xray import expression, segment, trace
from harness.services.xray.store import Trace, Traces

Request = dict[str, Any]
Operation = Callable[[Request], Awaitable[dict[str, Any]]]

_MOST_TRACES = 5
_PAGE = 100


class Sender(Protocol):
    """Whoever may have segments that were sent and not put yet."""

    async def flush(self) -> None: ...


class XRay:
    """Claims every call of X-Ray; groups, rules, graphs and insights are refused by name."""

    name = "xray"

    def __init__(self, sender: Sender, journal: Journal) -> None:
        self._sender = sender
        self._journal = journal
        self._traces = Traces()
        self._operations: dict[str, Operation] = {
            "PutTraceSegments": self._put,
            "BatchGetTraces": self._get,
            "GetTraceSummaries": self._summaries,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "xray"

    async def handle(self, call: Call) -> Reply:
        operation = self._operations.get(call.operation)
        if operation is None:
            asked = call.operation or call.path
            message = f"xray:{asked} is not emulated here (docs/services/xray.md)"
            raise AwsError("NotImplemented", message, 501)
        answer = await operation(_request(await call.body.read()))
        return json_reply(200, answer)

    async def _put(self, request: Request) -> dict[str, Any]:
        unprocessed = []
        for document in _list(request, "TraceSegmentDocuments"):
            try:
                self._traces.put(segment.parse(document), len(document))
            except segment.MalformedError as error:
                self._journal.record("trace.refused", id=error.segment_id, reason=str(error))
                told = {"Id": error.segment_id, "ErrorCode": error.code, "Message": str(error)}
                unprocessed.append(told)
        return {"UnprocessedTraceSegments": unprocessed}

    async def _get(self, request: Request) -> dict[str, Any]:
        await self._sender.flush()
        wanted = _list(request, "TraceIds")
        if len(wanted) > _MOST_TRACES:
            raise _invalid(f"TraceIds has {len(wanted)} ids; ask for {_MOST_TRACES} at a time")
        found = {trace_id: self._traces.get(trace_id) for trace_id in wanted}
        return {
            "Traces": [_shown(trace) for trace in found.values() if trace],
            "UnprocessedTraceIds": [trace_id for trace_id, trace in found.items() if not trace],
        }

    async def _summaries(self, request: Request) -> dict[str, Any]:
        await self._sender.flush()
        matches = expression.parse(request.get("FilterExpression") or "duration >= 0")
        start, end = _time(request, "StartTime"), _time(request, "EndTime")
        if start > end:
            raise _invalid("StartTime is later than EndTime")
        known = [trace.summary(t.id, list(t.segments.values())) for t in self._traces]
        by_id = request.get("TimeRangeType", "TraceId") == "TraceId"
        within = [s for s in known if start <= (_began(s) if by_id else s["StartTime"]) <= end]
        found = [found for found in within if matches(found)]
        at = _position(request.get("NextToken"))
        more = {"NextToken": str(at + _PAGE)} if len(found) > at + _PAGE else {}
        return {
            "TraceSummaries": found[at : at + _PAGE],
            "ApproximateTime": end,
            "TracesProcessedCount": len(within),
            **more,
        }


def _shown(found: Trace) -> dict[str, Any]:
    segments = list(found.segments.values())
    documents = trace.assembled(segments)
    return {
        "Id": found.id,
        "Duration": trace.duration(segments),
        "LimitExceeded": found.limit_exceeded,
        "Segments": [{"Id": d["id"], "Document": orjson.dumps(d).decode()} for d in documents],
    }


def _began(summary: dict[str, Any]) -> int:
    """Return the time in a trace's id, in whole seconds."""
    return int(summary["Id"].split("-")[1], 16)


def _request(body: bytes) -> Request:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        request = None
    if not isinstance(request, dict):
        raise _invalid("the body must be a JSON object")
    return request


def _list(request: Request, member: str) -> list[str]:
    found = request.get(member)
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise _invalid(f"{member} must be a list of strings")
    return found


def _time(request: Request, member: str) -> float:
    found = request.get(member)
    if not isinstance(found, (int, float)):
        raise _invalid(f"{member} must be a time")
    return float(found)


def _position(token: Any) -> int:
    if token is None:
        return 0
    if not isinstance(token, str) or not token.isdecimal():
        raise _invalid("NextToken is not one that was given out")
    return int(token)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRequestException", message, 400)
