"""What a runtime writes, cut into log records: printed lines, and the runtime client's frames.

The client sends records as frames to a descriptor of its own, so a traceback stays one record.
Where that is also the function's stdout, text stands between the frames.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

_HEAD = struct.Struct(">IIq")
_MARK = b"\xa5\x5a\x00"
"""What every frame begins with; no text contains it: it is not UTF-8."""
_LINE_LIMIT = 256 * 1024


class Records(Protocol):
    """Cuts a stream: `feed` yields what is complete, `end` what is left when it is over."""

    def feed(self, data: bytes) -> Iterator[str]: ...
    def end(self) -> Iterator[str]: ...


class Lines:
    """A record a line, without empty ones; a line over 256 KiB is several."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[str]:
        buffer = self._buffer
        buffer += data
        while (end := buffer.find(b"\n")) >= 0 or len(buffer) > _LINE_LIMIT:
            end = end if 0 <= end <= _LINE_LIMIT else _LINE_LIMIT
            line = buffer[:end]
            del buffer[: end + (buffer[end : end + 1] == b"\n")]
            if line:
                yield _text(line)

    def end(self) -> Iterator[str]:
        """Yield the unfinished line."""
        if self._buffer:
            yield _text(self._buffer)
        self._buffer = bytearray()


class Frames:
    """A record a frame, and the lines between frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._between = Lines()

    def feed(self, data: bytes) -> Iterator[str]:
        buffer = self._buffer
        buffer += data
        while buffer:
            if not buffer.startswith(_MARK[: len(buffer)]):
                yield from self._text_before_a_frame()
            elif (length := _length(buffer)) is None or len(buffer) < length:
                return
            else:
                yield from self._between.end()
                yield _text(buffer[_HEAD.size : length])
                del buffer[:length]

    def end(self) -> Iterator[str]:
        """Yield the unfinished line; half a frame is lost with the process that wrote it."""
        self._buffer = bytearray()
        yield from self._between.end()

    def _text_before_a_frame(self) -> Iterator[str]:
        at = self._buffer.find(_MARK)
        end = at if at >= 0 else len(self._buffer) - _begun(self._buffer)
        text = bytes(self._buffer[:end])
        del self._buffer[:end]
        yield from self._between.feed(text)


def _begun(buffer: bytearray) -> int:
    """Return how many bytes at the end may be the beginning of a mark."""
    return next(n for n in range(len(_MARK) - 1, -1, -1) if buffer.endswith(_MARK[:n]))


def _length(buffer: bytearray) -> int | None:
    """Return the length of the frame that begins here, None while its head is incomplete."""
    if len(buffer) < _HEAD.size:
        return None
    return _HEAD.size + int(_HEAD.unpack_from(buffer)[1])


def _text(data: bytearray) -> str:
    return data.decode(errors="replace").rstrip("\n")
