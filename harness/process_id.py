"""A process told apart from a later one that was given the same number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psutil

_CLOCK_STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class ProcessId:
    """started: seconds since the epoch, as the kernel reports it."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        """Return the identity of a process; raises `psutil.NoSuchProcess`."""
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> ProcessId:
        return cls(record["pid"], record["started"])

    def as_dict(self) -> dict[str, Any]:
        return {"pid": self.pid, "started": self.started}

    def matches(self, process: psutil.Process) -> bool:
        """Tell whether `process` is this one; the system clock may have been stepped since."""
        return abs(process.create_time() - self.started) < _CLOCK_STEP_S

    def alive(self) -> bool:
        """Tell whether this very process still runs; one that only awaits its parent does not."""
        try:
            process = psutil.Process(self.pid)
            return self.matches(process) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False
