"""Bodies of requests and answers of the configuration API, in Lambda's wire format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from harness.call import Bytes, Call, Reply
from harness.json_reply import json_reply
from harness.services.lambda_.configuration.shapes import Structure
from harness.services.lambda_.refusal import invalid, mistyped, too_large, violated

_BODY_LIMIT = 70_167_211  # 50 MB of zip in base64 and the members around it
_PAGE = 50


async def asked(call: Call, shape: Structure) -> dict[str, Any]:
    """Return the members of `shape` that a request gives; raises `AwsError` for bad ones."""
    body = await limited(call, _BODY_LIMIT)
    try:
        request = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise mistyped(f"Could not parse request body into json: {error}") from None
    if violations := shape.violations(request, ""):
        raise violated(*violations)
    return {name: _given(request[name]) for name in shape.members if request.get(name) is not None}


def _given(value: Any) -> Any:
    """Return `value` without members that are null, which on AWS are members not given."""
    if not isinstance(value, dict):
        return value
    return {name: _given(member) for name, member in value.items() if member is not None}


async def limited(call: Call, limit: int) -> bytes:
    """Return the body; raises RequestTooLargeException as soon as it is over `limit` bytes."""
    pieces, size = [], 0
    async for piece in call.body:
        size += len(piece)
        if size > limit:
            raise too_large(limit, call.operation)
        pieces.append(piece)
    return b"".join(pieces)


async def buffered(call: Call) -> bytes:
    """Return the body, and leave the call as one that can still be forwarded."""
    body = await limited(call, _BODY_LIMIT)
    framing = ("transfer-encoding", "content-length")
    call.headers = [header for header in call.headers if header[0] not in framing]
    call.headers.append(("content-length", str(len(body))))
    call.body = Bytes(body)
    return body


def answer(status: int, content: Mapping[str, Any] | None = None) -> Reply:
    """Return JSON; without content the body is empty, as for a deletion."""
    if content is None:
        return Reply(status)
    return json_reply(status, content)


def page(call: Call, member: str, items: Sequence[Mapping[str, Any]]) -> Reply:
    """Return one page of a list; MaxItems and Marker as AWS's, NextMarker when there is more."""
    parameters = call.parameters()
    size = _whole(parameters.get("MaxItems", str(_PAGE)), "maxItems")
    start = _whole(parameters.get("Marker") or "0", "marker")
    content: dict[str, Any] = {member: items[start : start + size]}
    if start + size < len(items):
        content["NextMarker"] = str(start + size)
    return answer(200, content)


def _whole(text: str, name: str) -> int:
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > 9
        or (name == "maxItems" and int(text) < 1)
    ):
        raise invalid(f"Invalid value for {name}: {text[:50]}")
    return min(int(text), 10_000) if name == "maxItems" else int(text)
