"""What an engine passes on of a container: stdout and stderr in one stream (pure)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from harness.services.lambda_.log_records import Frames, Lines

_HEAD = struct.Struct(">BxxxI")
_STDOUT = 1
TELEMETRY_DESCRIPTOR = _STDOUT
"""For `_LAMBDA_TELEMETRY_LOG_FD`: a container has no descriptor but stdin, stdout and stderr. The
client closes it before the interpreter says its last words, which go to stderr."""


class Multiplexed:
    """Its records; among what is printed are the frames of the runtime client."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._stdout = Frames()
        self._stderr = Lines()

    def feed(self, data: bytes) -> Iterator[str]:
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _HEAD.size:
            stream, length = _HEAD.unpack_from(buffer)
            if len(buffer) < _HEAD.size + length:
                return
            piece = bytes(buffer[_HEAD.size : _HEAD.size + length])
            del buffer[: _HEAD.size + length]
            yield from (self._stdout if stream == _STDOUT else self._stderr).feed(piece)

    def end(self) -> Iterator[str]:
        yield from self._stdout.end()
        yield from self._stderr.end()
