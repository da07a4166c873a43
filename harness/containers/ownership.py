"""Labels that tell whose a container, network or volume is, so that nothing is left behind.

They name the process that made it, as the kernel knows it, and the machine: an engine may be shared
by several. What belongs to a process of this machine that has ended is nobody's any more.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from harness.process_id import ProcessId

LABEL = "lambda-pipeline-harness.owner"
_MACHINE = f"{LABEL}.machine"
_STARTED = f"{LABEL}.started"


@dataclass(frozen=True, slots=True)
class Owner:
    """process: that made it; machine: the name of its host."""

    process: ProcessId
    machine: str

    @classmethod
    def ours(cls) -> Owner:
        """Return this process on this machine."""
        return cls(ProcessId.of(os.getpid()), socket.gethostname())

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> Owner | None:
        """Return whom the labels name, None when they are not of ours."""
        try:
            process = ProcessId(int(labels[LABEL]), float(labels[_STARTED]))
            return cls(process, labels[_MACHINE])
        except (KeyError, ValueError):
            return None

    def labels(self) -> dict[str, str]:
        """Return what to put on everything that an engine makes for us."""
        return {
            LABEL: str(self.process.pid),
            _STARTED: repr(self.process.started),
            _MACHINE: self.machine,
        }

    def gone(self, machine: str) -> bool:
        """Tell whether it has ended, which only its own machine can know."""
        return self.machine == machine and not _runs(self.process)


def _runs(process: ProcessId) -> bool:
    try:
        return process.alive()
    except psutil.AccessDenied:  # another user's: somebody has the number, and may be it
        return True
