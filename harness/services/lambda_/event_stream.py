"""AWS's event stream encoding: what InvokeWithResponseStream answers in (pure).

A message is prelude (total length, length of headers, their CRC), headers, payload, CRC.
"""

from __future__ import annotations

import struct
from zlib import crc32

import orjson

from harness.services.lambda_.outcome import Outcome

MEDIA_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7
_CHUNK = 1024 * 1024


def response_stream(outcome: Outcome, log_result: str) -> bytes:
    """Return PayloadChunk messages and an InvokeComplete; log_result: base64, "" for none."""
    pieces = range(0, len(outcome.payload), _CHUNK)
    chunks = [
        message("PayloadChunk", "application/octet-stream", outcome.payload[at : at + _CHUNK])
        for at in pieces
        if not outcome.failed
    ]
    complete: dict[str, str] = {}
    if outcome.failed:
        complete = {"ErrorCode": "Unhandled", "ErrorDetails": outcome.payload.decode()}
    if log_result:
        complete["LogResult"] = log_result
    return b"".join(
        [*chunks, message("InvokeComplete", "application/json", orjson.dumps(complete))]
    )


def message(event_type: str, content_type: str, payload: bytes) -> bytes:
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (":event-type", event_type),
            (":content-type", content_type),
            (":message-type", "event"),
        )
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return body + struct.pack(">I", crc32(body))


def _header(name: str, value: str) -> bytes:
    return (
        bytes([len(name)])
        + name.encode()
        + struct.pack(">BH", _STRING, len(value))
        + value.encode()
    )
