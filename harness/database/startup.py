"""How a connection to PostgreSQL begins on the wire (protocol version 3; pure)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

NO_ENCRYPTION = b"N"
READY = b"Z\0\0\0\5I"  # what the server says last when it has let a client in
_HEAD = struct.Struct("!ii")  # length of the whole, then what it is
_ENCRYPTION = (80877103, 80877104)  # TLS, GSSAPI
_PROTOCOL = 3 << 16
_READ_ONLY = b"-c default_transaction_read_only=on"
_LONGEST = 10_000  # what PostgreSQL accepts


@dataclass(frozen=True, slots=True)
class Refusal:
    """sqlstate: PostgreSQL's code, "53300"."""

    sqlstate: str
    message: str


def first(begun: bytes) -> bytes:
    """Return the first message of a connection; b"" while it is incomplete.

    What no server would accept is returned as it is: the server shall refuse it.
    """
    if len(begun) < _HEAD.size:
        return b""
    length = _HEAD.unpack_from(begun)[0]
    if not _HEAD.size <= length <= _LONGEST:
        return begun
    return begun[:length] if len(begun) >= length else b""


def asks_for_encryption(message: bytes) -> bool:
    return _HEAD.unpack_from(message)[1] in _ENCRYPTION


def read_only(message: bytes) -> bytes:
    """Return a start-up message by which the server begins read-only transactions."""
    if _HEAD.unpack_from(message)[1] >> 16 != _PROTOCOL >> 16:
        return message  # no start-up: a request to cancel a query
    words = message[_HEAD.size :].rstrip(b"\0").split(b"\0")
    parameters = dict(zip(words[::2], words[1::2], strict=False))
    parameters[b"options"] = b" ".join(filter(None, [parameters.get(b"options"), _READ_ONLY]))
    content = b"".join(name + b"\0" + value + b"\0" for name, value in parameters.items()) + b"\0"
    version = _HEAD.unpack_from(message)[1]
    return _HEAD.pack(_HEAD.size + len(content), version) + content


def error(refusal: Refusal) -> bytes:
    """Return the FATAL error by which a server ends a connection."""
    fields = [
        b"SFATAL",
        b"VFATAL",
        b"C" + refusal.sqlstate.encode(),
        b"M" + refusal.message.encode(),
    ]
    content = b"".join(field + b"\0" for field in fields) + b"\0"
    return b"E" + struct.pack("!i", 4 + len(content)) + content
