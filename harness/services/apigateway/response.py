"""What a function returned, as the HTTP response the client gets (pure)."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import orjson

from harness.call import Headers, Reply
from harness.services.apigateway.refusal import Refusal, RefusedError

# The server frames the response itself.
_NOT_PASSED_ON = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


def response(payload: bytes) -> Reply:
    """Return the reply for a function's JSON result.

    An object with `statusCode` describes the response; any other value is the body of a 200.
    Raises `RefusedError` (500) for a result that is neither.
    """
    try:
        result = orjson.loads(payload)
        if isinstance(result, dict) and "statusCode" in result:
            return _described(result)
    except ValueError:
        raise RefusedError(Refusal.INTEGRATION_FAILED) from None
    body = result.encode() if isinstance(result, str) else payload
    return Reply(200, [("content-type", "application/json")], body)


def _described(result: dict[str, Any]) -> Reply:
    """Raises ValueError for a description AWS calls malformed."""
    headers = _headers(result.get("headers") or {})
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    cookies = [("set-cookie", _text(cookie)) for cookie in result.get("cookies") or []]
    return Reply(_status(result["statusCode"]), headers + cookies, _body(result))


def _status(value: Any) -> int:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if type(value) is not int or not 100 <= value <= 599:
        raise ValueError("statusCode is not an HTTP status")
    return value


def _headers(members: Any) -> Headers:
    if not isinstance(members, dict):
        raise ValueError("headers is not an object")
    named = ((name.lower(), _text(value)) for name, value in members.items() if value is not None)
    return [(name, value) for name, value in named if name not in _NOT_PASSED_ON]


def _text(value: Any) -> str:
    """Return a header's value; line breaks would let a value forge further headers."""
    if isinstance(value, dict | list):
        raise ValueError("a header has a value that is not a scalar")
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if "\r" in text or "\n" in text:
        raise ValueError("a header holds a line break")
    return text


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise ValueError("body is not a string")
    return b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
