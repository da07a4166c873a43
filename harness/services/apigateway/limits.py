"""The sizes API Gateway refuses: of the head, of the body, and of the event made of them."""

from __future__ import annotations

from harness.call import Call
from harness.services.apigateway.refusal import Refusal, RefusedError

MAX_HEAD_BYTES = 10_240
MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_EVENT_BYTES = 6 * 1024 * 1024

# Requests of all APIs of an account in a region: each second, and at once.
ACCOUNT_RATE = 10_000.0
ACCOUNT_BURST = 5_000.0

_LINE_EXTRAS = len("  HTTP/1.1\r\n")
_HEADER_EXTRAS = len(": \r\n")


def check_head(call: Call) -> None:
    """Raise `RefusedError` (431) when the request line and the headers are too long together."""
    target = f"{call.path}?{call.query}" if call.query else call.path
    line = len(call.method) + len(target) + _LINE_EXTRAS
    size = line + sum(len(name) + len(value) + _HEADER_EXTRAS for name, value in call.headers)
    if size > MAX_HEAD_BYTES:
        raise RefusedError(Refusal.HEADERS_TOO_LARGE)


async def read_body(call: Call) -> bytes:
    """Return the body; raises `RefusedError` (413) as soon as it is known to be too large."""
    _check_body(int(call.header("content-length", "0")))
    pieces: list[bytes] = []
    size = 0
    async for piece in call.body:
        size += len(piece)
        _check_body(size)
        pieces.append(piece)
    return b"".join(pieces)


def _check_body(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise RefusedError(Refusal.BODY_TOO_LARGE)


def check_event(size: int) -> None:
    """Raise `RefusedError` (413) for an event of `size` bytes that Lambda would not take."""
    if size > MAX_EVENT_BYTES:
        raise RefusedError(Refusal.BODY_TOO_LARGE)
