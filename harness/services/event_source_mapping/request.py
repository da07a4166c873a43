"""What a request about a mapping says, before its settings are looked at; pure but for its body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from harness.call import Call
from harness.services.event_source_mapping.settings import constraint, malformed
from harness.services.lambda_.reference import parse_reference


async def content(call: Call) -> dict[str, Any]:
    """Return the JSON object in a request's body; raises SerializationException otherwise."""
    try:
        request = orjson.loads(await call.body.read() or b"{}")
    except orjson.JSONDecodeError as error:
        raise malformed(f"the request is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise malformed("the request is not a structure")
    return request


def function(request: Mapping[str, Any]) -> str:
    """Return the function a request names, as `name` or `name:qualifier`."""
    given = request.get("FunctionName")
    if given is None:
        raise constraint(None, "functionName", "not be null")
    if not isinstance(given, str):
        raise malformed("FunctionName is not a string")
    name, qualifier = parse_reference(given)
    return f"{name}:{qualifier}" if qualifier else name


def enabled(request: Mapping[str, Any], *, default: bool) -> bool:
    value = request.get("Enabled")
    if value is None:
        return default
    if not isinstance(value, bool):
        raise malformed("Enabled is not a Boolean")
    return value
