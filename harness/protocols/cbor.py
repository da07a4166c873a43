"""CBOR (RFC 8949) as far as Smithy's RPC v2 uses it: no tags but that of a timestamp."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TIMESTAMP_TAG = 1
_BREAK = object()
_DEEPEST = 64
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}


@dataclass(frozen=True, slots=True)
class Epoch:
    """A timestamp to be written; seconds since the epoch."""

    seconds: float


def dumps(value: Any) -> bytes:
    """Return `value` (None, bool, int, float, str, bytes, list, mapping, Epoch) encoded."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def _write(out: bytearray, value: Any) -> None:
    if isinstance(value, bool) or value is None:
        out.append({False: 0xF4, True: 0xF5, None: 0xF6}[value])
    elif isinstance(value, int):
        _head(out, 1 if value < 0 else 0, -1 - value if value < 0 else value)
    elif isinstance(value, float):
        out += struct.pack(">Bd", 0xFB, value)
    elif isinstance(value, Epoch):
        _head(out, 6, _TIMESTAMP_TAG)
        _write(out, float(value.seconds))
    elif isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        _head(out, 3 if isinstance(value, str) else 2, len(data))
        out += data
    else:
        _write_items(out, value)


def _write_items(out: bytearray, value: Any) -> None:
    is_map = isinstance(value, Mapping)
    _head(out, 5 if is_map else 4, len(value))
    for item in value.items() if is_map else value:
        for part in item if is_map else (item,):
            _write(out, part)


def _head(out: bytearray, major: int, number: int) -> None:
    if number < 24:
        out.append(major << 5 | number)
        return
    for information, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            out.append(major << 5 | information)
            out += number.to_bytes(size, "big")
            return
    raise ValueError(f"{number} does not fit in 64 bits")


def loads(data: bytes) -> Any:
    """Return the one item in `data`; a timestamp is its number of seconds.

    Raises `ValueError` for anything else than one well-formed item.
    """
    reader = _Reader(data)
    value = reader.item(0)
    if value is _BREAK or reader.position != len(data):
        raise ValueError("more or less than one CBOR item")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def item(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("CBOR nested too deeply")
        initial = self._take(1)[0]
        major, information = initial >> 5, initial & 31
        if major == 7:
            return self._simple(information)
        length = None if information == 31 else self._number(information)
        if major in (0, 1):
            return self._integer(major, length)
        if major in (2, 3):
            return self._text(major, length)
        if major == 6:
            return self._tagged(length, depth)
        return self._items(major, length, depth)

    def _take(self, size: int) -> bytes:
        taken = self._data[self.position : self.position + size]
        if len(taken) != size:
            raise ValueError("truncated CBOR")
        self.position += size
        return taken

    def _number(self, information: int) -> int:
        if information < 24:
            return information
        if information > 27:
            raise ValueError("a reserved CBOR length")
        return int.from_bytes(self._take(1 << (information - 24)), "big")

    def _simple(self, information: int) -> Any:
        if information == 31:
            return _BREAK
        if information in _SIMPLE:
            return _SIMPLE[information]
        if information not in _FLOATS:
            raise ValueError("an unknown simple CBOR value")
        form, size = _FLOATS[information]
        return struct.unpack(form, self._take(size))[0]

    def _integer(self, major: int, number: int | None) -> int:
        if number is None:
            raise ValueError("a CBOR integer without an end")
        return -1 - number if major else number

    def _text(self, major: int, length: int | None) -> str | bytes:
        if length is not None:
            data = self._take(length)
        else:
            chunks = self._items(4, None, _DEEPEST - 1)
            if not all(isinstance(chunk, (str, bytes)) for chunk in chunks):
                raise ValueError("a CBOR string made of something else")
            data = b"".join(c.encode() if isinstance(c, str) else c for c in chunks)
        return data.decode() if major == 3 else data

    def _tagged(self, tag: int | None, depth: int) -> Any:
        value = self.item(depth + 1)
        if tag != _TIMESTAMP_TAG or isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError("a CBOR tag that is not a timestamp's")
        return value

    def _items(self, major: int, length: int | None, depth: int) -> Any:
        items: list[Any] = []
        wanted = None if length is None else length * (2 if major == 5 else 1)
        while wanted is None or len(items) < wanted:
            value = self.item(depth + 1)
            if value is _BREAK:
                if wanted is not None:
                    raise ValueError("an unexpected end in CBOR")
                break
            items.append(value)
        return items if major == 4 else _mapping(items)


def _mapping(items: list[Any]) -> dict[str, Any]:
    if len(items) % 2 or not all(isinstance(key, str) for key in items[::2]):
        raise ValueError("a CBOR map whose keys are not text")
    return dict(zip(items[::2], items[1::2], strict=True))
