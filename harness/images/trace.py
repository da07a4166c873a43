"""What BuildKit tells while it builds.

An engine wraps it in its own events as base64 of a Protocol Buffers message, the StatusResponse of
https://github.com/moby/buildkit/blob/master/api/services/control/control.proto. The few fields that
are of interest are read here: a compiler for one message would be more than that.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

EVENT = "moby.buildkit.trace"
_STEPS, _OUTPUTS = 1, 3
_ID, _NAME, _STARTED, _ERROR = 1, 3, 5, 7
_OF_STEP, _TEXT = 1, 4
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}


@dataclass(frozen=True, slots=True)
class Step:
    """error: "" unless it failed."""

    id: str
    name: str
    started: bool
    error: str


@dataclass(frozen=True, slots=True)
class Output:
    """step: ID of the one whose command said this."""

    step: str
    text: str


def read(aux: str) -> Iterator[Step | Output]:
    """Yield what an event says has changed; raises `ValueError` when it is of another format."""
    for number, content in _fields(base64.b64decode(aux, validate=True)):
        if number == _STEPS:
            field = dict(_fields(content))
            name = " ".join(_text(field, _NAME).split())
            yield Step(_text(field, _ID), name, _STARTED in field, _text(field, _ERROR))
        elif number == _OUTPUTS:
            field = dict(_fields(content))
            yield Output(_text(field, _OF_STEP), _text(field, _TEXT))


def _text(field: dict[int, bytes], number: int) -> str:
    return field.get(number, b"").decode(errors="replace")


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of the fields that have a length; numbers are passed over."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind == _BYTES:
            length, at = _varint(message, at)
            yield tag >> 3, message[at : at + length]
            at += length
        elif kind in _FIXED:
            at += _FIXED[kind]
        else:
            raise ValueError(f"a field of the unknown kind {kind}")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at `at`, and where it ends."""
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("a message that ends in the middle of a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
