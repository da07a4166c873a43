"""What an engine passes on of a container: stdout and stderr in one stream (pure)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from harness.services.lambda_.log_records import Frames, Lines

_HEAD = struct.Struct(">BxxxI")
_STDERR = 2


class Multiplexed:
    """Its records; frames of the runtime client come on stderr (`TELEMETRY_DESCRIPTOR`)."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._stdout = Lines()
        self._stderr = Frames()

    def feed(self, data: bytes) -> Iterator[str]:
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _HEAD.size:
            stream, length = _HEAD.unpack_from(buffer)
            if len(buffer) < _HEAD.size + length:
                return
            piece = bytes(buffer[_HEAD.size : _HEAD.size + length])
            del buffer[: _HEAD.size + length]
            yield from (self._stderr if stream == _STDERR else self._stdout).feed(piece)

    def end(self) -> Iterator[str]:
        yield from self._stdout.end()
        yield from self._stderr.end()


TELEMETRY_DESCRIPTOR = 2
"""Of a container: an engine opens no other descriptor than stdin, stdout and stderr."""
