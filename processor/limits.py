"""What a child that reads a hostile file may use. Called in the child, before it opens the file."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys

# Where the function does not say what it has; see `settings.reader_memory_bytes`.
MEMORY_BYTES = 1200 * 2**20
OPEN_FILES = 64

# Of this process itself; what it has `ocr` do is counted there.
CPU_SECONDS = 25

_PR_SET_PDEATHSIG = 1


# Beyond the parent's own alarm, which also says why it killed; this one needs no parent.
_ALARM_SLACK_SECONDS = 5.0


def apply(seconds: float, parent: int, memory_bytes: int = MEMORY_BYTES) -> None:
    """Bound this process: memory, CPU, `seconds` of time, open files, no core dump, no orphan.

    parent: pid of the process that reads the answer; without it there is nothing to do.
    """
    cpu = min(math.ceil(seconds), CPU_SECONDS)
    _set(resource.RLIMIT_CPU, cpu, cpu + 1)  # SIGXCPU, then SIGKILL
    _set(resource.RLIMIT_AS, memory_bytes, memory_bytes)
    _set(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    _set(resource.RLIMIT_CORE, 0, 0)
    signal.setitimer(signal.ITIMER_REAL, seconds + _ALARM_SLACK_SECONDS)
    if sys.platform == "linux":
        _die_with(parent)


def _set(kind: int, soft: int, hard: int) -> None:
    try:
        resource.setrlimit(kind, (soft, hard))
    except (ValueError, OSError) as error:
        # macOS knows RLIMIT_AS but refuses it; the time limits still hold there.
        print(f"limit {kind} not set: {error}", file=sys.stderr)


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the request was in place
        os.kill(os.getpid(), signal.SIGKILL)
