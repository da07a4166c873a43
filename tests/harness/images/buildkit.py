"""Events as an engine sends them while BuildKit builds."""

from __future__ import annotations

import base64


def step(identity, name, *, started=True, error=""):
    fields = {1: identity, 3: name, 5: "\b\x01" if started else "", 7: error}
    return event(
        1, b"".join(field(number, text.encode()) for number, text in fields.items() if text)
    )


def output(step, text):
    return event(3, field(1, step.encode()) + b"\x18\x01" + field(4, text.encode()))


def event(number, content):
    return {
        "id": "moby.buildkit.trace",
        "aux": base64.b64encode(field(number, content)).decode(),
    }


def field(number, content):
    """One with a length of less than 16 KB, in the format of Protocol Buffers."""
    length = len(content)
    size = [length] if length < 0x80 else [length & 0x7F | 0x80, length >> 7]
    return bytes([number << 3 | 2, *size]) + content
