"""CBOR (RFC 8949) as far as Smithy's RPC v2 uses it: no tags but that of a timestamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from cbor2 import CBORDecodeError, CBORDecoder, CBOREncoder, CBORTag, undefined
from cbor2 import dumps as encoded

_TIMESTAMP_TAG = 1
_SHARED_REFERENCE_TAG = 29
_DEEPEST = 64
_PLAIN = (bool, float, str, bytes)


@dataclass(frozen=True, slots=True)
class Epoch:
    """A timestamp to be written; seconds since the epoch."""

    seconds: float


def dumps(value: Any) -> bytes:
    """Return `value` (None, bool, int, float, str, bytes, list, mapping, Epoch) encoded."""
    return encoded(value, default=_write)


def _write(encoder: CBOREncoder, value: Any) -> None:
    if isinstance(value, Epoch):
        encoder.encode(CBORTag(_TIMESTAMP_TAG, float(value.seconds)))
    else:
        encoder.encode(dict(value))


def loads(data: bytes) -> Any:
    """Return the one item in `data`; a timestamp is its number of seconds.

    Raises `ValueError` for anything else than one well-formed item.
    """
    stream = BytesIO(data)
    decoder = CBORDecoder(stream, max_depth=_DEEPEST, read_size=1, semantic_decoders=_TAGS)
    try:
        value = _smithy(decoder.decode())
    except CBORDecodeError as error:
        raise ValueError(f"no CBOR item: {error}") from error
    if stream.tell() != len(data):
        raise ValueError("more than one CBOR item")
    return value


def _seconds(seconds: Any, _: object) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError("a CBOR timestamp that is no number")
    return seconds


def _reference(_: Any, __: object) -> Any:
    raise ValueError("a CBOR reference, which may lead to a value that holds itself")


_TAGS = {_TIMESTAMP_TAG: _seconds, _SHARED_REFERENCE_TAG: _reference}


def _smithy(value: Any) -> Any:
    """Return `value` if Smithy knows its type; the library reads many more, of other tags."""
    if value is None or value is undefined:
        return None
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, int) and -(2**64) <= value < 2**64:
        return value
    if isinstance(value, list):
        return [_smithy(item) for item in value]
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"CBOR of a type that Smithy has not: {type(value).__name__}")
    return {key: _smithy(item) for key, item in value.items()}
