"""Requests and answers of the Lambda API's own operations: JSON objects."""

from __future__ import annotations

from typing import Any

import orjson

from harness.call import Call
from harness.errors import AwsError

_LIMIT = 64 * 1024


async def json_request(call: Call) -> dict[str, Any]:
    """Return the JSON object a small request consists of; raises `AwsError` for anything else."""
    body = bytearray()
    async for piece in call.body:
        body += piece
        if len(body) > _LIMIT:
            message = f"Request must be smaller than {_LIMIT} bytes for the operation"
            raise AwsError("RequestTooLargeException", message, 413, {"Type": "User"})
    try:
        request = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message, 400, {"Type": "User"}) from None
    if not isinstance(request, dict):
        raise AwsError("SerializationException", "Expected an object", 400)
    return request
