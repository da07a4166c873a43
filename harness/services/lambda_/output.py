"""What a sandbox writes, cut into CloudWatch log events (aws-behaviour §1.5.8).

The runtime client sends its log records as frames through a pipe of its own, so a traceback stays
one event; what the function prints arrives line by line on the other pipe.
"""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Callable

from harness.services.lambda_.shown import Shown

Emit = Callable[[str], None]

_FRAME = struct.Struct(">IIq")
_FRAME_TYPE = 0xA55A0000
_LINE_LIMIT = 256 * 1024
_READ = 64 * 1024
_NONE = -1


class Output:
    """What the processes of one sandbox write; `emit(message)` is called once per log event.

    tee: also called with every event while it is set (the log tail of an invocation).
    standard: descriptor for stdout and stderr; telemetry: for `_LAMBDA_TELEMETRY_LOG_FD`.
    """

    def __init__(self, emit: Emit, shown: Shown) -> None:
        self._emit = emit
        self._shown = shown
        self.tee: Emit | None = None
        self.standard = self.telemetry = _NONE
        self._buffers: dict[int, bytearray] = {}
        self._cut: dict[int, Callable[[bytearray], None]] = {}

    def open(self) -> None:
        """Make the two pipes for a process that is about to start."""
        standard_end, self.standard = os.pipe()
        telemetry_end, self.telemetry = os.pipe()
        self._buffers = {telemetry_end: bytearray(), standard_end: bytearray()}
        self._cut = {telemetry_end: self._cut_frames, standard_end: self._cut_lines}
        loop = asyncio.get_running_loop()
        for end in self._buffers:
            os.set_blocking(end, False)
            loop.add_reader(end, self._read, end)

    def started(self) -> None:
        """Close our copies of the writing ends: the child has its own now."""
        for descriptor in (self.standard, self.telemetry):
            if descriptor != _NONE:
                os.close(descriptor)
        self.standard = self.telemetry = _NONE

    def write(self, message: str) -> None:
        """Emit one event of the platform's own, after what the sandbox wrote until now."""
        self.drain()
        self._pass_on(message)

    def drain(self) -> None:
        """Emit everything that was written until now."""
        for end in self._buffers:
            while self._read(end):
                pass

    def close(self) -> None:
        """Emit what is left, an unfinished line included, and close the pipes."""
        self.started()
        self.drain()
        for end, buffer in self._buffers.items():
            if buffer and self._cut[end] == self._cut_lines:
                self._pass_on(_text(buffer))
            asyncio.get_running_loop().remove_reader(end)
            os.close(end)
        self._buffers = {}

    def _pass_on(self, message: str) -> None:
        message = self._shown.text(message)
        self._emit(message)
        if self.tee is not None:
            self.tee(message)

    def _read(self, end: int) -> bool:
        try:
            data = os.read(end, _READ)
        except BlockingIOError:
            return False
        if not data:
            asyncio.get_running_loop().remove_reader(end)
            return False
        self._buffers[end] += data
        self._cut[end](self._buffers[end])
        return True

    def _cut_lines(self, buffer: bytearray) -> None:
        while (end := buffer.find(b"\n")) >= 0 or len(buffer) > _LINE_LIMIT:
            end = end if 0 <= end <= _LINE_LIMIT else _LINE_LIMIT
            line = buffer[:end]
            del buffer[: end + (buffer[end : end + 1] == b"\n")]
            if line:
                self._pass_on(_text(line))

    def _cut_frames(self, buffer: bytearray) -> None:
        while len(buffer) >= _FRAME.size:
            kind, length, _ = _FRAME.unpack_from(buffer)
            if kind & 0xFFFF0000 != _FRAME_TYPE:
                # Somebody else writes to this descriptor; there are no frames to wait for.
                self._cut_lines(buffer)
                return
            if len(buffer) < _FRAME.size + length:
                return
            self._pass_on(_text(buffer[_FRAME.size : _FRAME.size + length]))
            del buffer[: _FRAME.size + length]


def _text(data: bytearray) -> str:
    return data.decode(errors="replace").rstrip("\n")
