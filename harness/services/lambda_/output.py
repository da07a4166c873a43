"""What a sandbox writes, as CloudWatch log events (aws-behaviour §1.5.8).

The runtime client sends its log records as frames through a pipe of its own, so a traceback stays
one event; what the function prints arrives line by line on the other pipe. Of a container comes one
stream, in which the engine has put both together.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from harness.services.lambda_.log_records import Frames, Lines, Records
from harness.services.lambda_.shown import Shown

Emit = Callable[[str], None]

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
        self._sources: dict[int, Records] = {}
        self._at_end: dict[int, Callable[[], None]] = {}

    def open(self) -> None:
        """Make the two pipes for a process that is about to start."""
        standard_end, self.standard = os.pipe()
        telemetry_end, self.telemetry = os.pipe()
        self.follow(telemetry_end, Frames())
        self.follow(standard_end, Lines())

    def started(self) -> None:
        """Close our copies of the writing ends: the child has its own now."""
        for descriptor in (self.standard, self.telemetry):
            if descriptor != _NONE:
                os.close(descriptor)
        self.standard = self.telemetry = _NONE

    def follow(
        self, descriptor: int, records: Records, at_end: Callable[[], None] = lambda: None
    ) -> None:
        """Take what comes from a descriptor, which is closed with the others.

        at_end: called once when the other side has closed its own.
        """
        os.set_blocking(descriptor, False)
        self._sources[descriptor] = records
        self._at_end[descriptor] = at_end
        asyncio.get_running_loop().add_reader(descriptor, self._read, descriptor)

    def write(self, message: str) -> None:
        """Emit one event of the platform's own, after what the sandbox wrote until now."""
        self.drain()
        self._pass_on(message)

    def drain(self) -> None:
        """Emit everything that was written until now."""
        for descriptor in tuple(self._sources):
            while self._read(descriptor):
                pass

    def close(self) -> None:
        """Emit what is left, an unfinished line included, and close all descriptors."""
        self.started()
        self.drain()
        sources, self._sources = self._sources, {}
        self._at_end = {}
        for descriptor, records in sources.items():
            for message in records.end():
                self._pass_on(message)
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)

    def _pass_on(self, message: str) -> None:
        message = self._shown.text(message)
        self._emit(message)
        if self.tee is not None:
            self.tee(message)

    def _read(self, descriptor: int) -> bool:
        try:
            data = os.read(descriptor, _READ)
        except BlockingIOError:
            return False
        except ConnectionError:  # an engine that has ended says no more
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(descriptor)
            self._at_end.pop(descriptor, _nothing)()
            return False
        for message in self._sources[descriptor].feed(data):
            self._pass_on(message)
        return True


def _nothing() -> None:
    """Stand for an end that was told already."""
