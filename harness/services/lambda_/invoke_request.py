"""What an Invoke asks for, read and checked as AWS does it (aws-behaviour §1.9, §2.1-2.3)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from harness.call import Call
from harness.errors import AwsError
from harness.services.lambda_.refusal import invalid, too_large, unreadable, violated, violation

SYNC_LIMIT = 6 * 1024 * 1024
ASYNC_LIMIT = 1024 * 1024
INVOKE_ASYNC_LIMIT = 256 * 1024
_CLIENT_CONTEXT_LIMIT = 3583
_KINDS = ("Event", "RequestResponse", "DryRun")
_LOG_TYPES = ("None", "Tail")


@dataclass(frozen=True, slots=True)
class InvokeRequest:
    """kind: RequestResponse, Event or DryRun; client_context: JSON text, "" without one."""

    kind: str
    payload: bytes
    client_context: str
    tail: bool


async def invoke_request(call: Call) -> InvokeRequest:
    """Read an Invoke; raises `AwsError` where AWS refuses it."""
    kind = _chosen(call, "x-amz-invocation-type", "invocationType", _KINDS, "RequestResponse")
    log_type = _chosen(call, "x-amz-log-type", "logType", _LOG_TYPES, "None")
    context = _client_context(call.header("x-amz-client-context"))
    _check_media_type(call.header("content-type"))
    payload = await event(call, ASYNC_LIMIT if kind == "Event" else SYNC_LIMIT)
    return InvokeRequest(kind, payload, context, log_type == "Tail")


def _chosen(call: Call, header: str, member: str, choices: tuple[str, ...], default: str) -> str:
    value = call.header(header) or default
    if value not in choices:
        allowed = f"Member must satisfy enum value set: [{', '.join(choices)}]"
        raise violated(violation(value, member, allowed))
    return value


def _check_media_type(content_type: str) -> None:
    """SDKs send none or a binary one; what is certainly something else is refused."""
    media_type = content_type.partition(";")[0].strip().lower()
    kind, _, subtype = media_type.partition("/")
    if kind in ("text", "image", "audio", "video", "multipart") or subtype == "xml":
        message = f"Unsupported content type: {content_type[:200]}"
        raise AwsError("UnsupportedMediaTypeException", message, 415, {"Type": "User"})


def _client_context(encoded: str) -> str:
    """Return the JSON text of a client context; "" when there is none."""
    if not encoded:
        return ""
    if len(encoded) > _CLIENT_CONTEXT_LIMIT:
        raise invalid(f"Client context must be {_CLIENT_CONTEXT_LIMIT} bytes or less.")
    try:
        text = base64.b64decode(encoded, validate=True)
        if isinstance(orjson.loads(text), dict):
            # As ASCII on one line: it travels in a header.
            return _ascii(text)
    except (binascii.Error, ValueError):
        pass
    raise unreadable("Client context must be a valid Base64-encoded JSON object.")


def _ascii(text: bytes) -> str:
    import json

    return json.dumps(json.loads(text), separators=(",", ":"))


async def event(call: Call, limit: int) -> bytes:
    """Return the event: JSON within the limit; an empty body is `{}`."""
    payload = bytearray()
    async for piece in call.body:
        payload += piece
        if len(payload) > limit:
            raise too_large(limit, "InvokeFunction")
    _check_json(payload)
    return bytes(payload) or b"{}"


def _check_json(payload: bytearray) -> Any:
    try:
        orjson.loads(payload or b"{}")
    except orjson.JSONDecodeError as error:
        raise unreadable(
            f"Could not parse request body into json: Could not parse payload into json: {error}"
        ) from None
