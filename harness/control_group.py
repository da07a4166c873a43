"""Removing a control group of ours, with whatever still runs in it."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path
from signal import SIGKILL

import psutil

from harness.process_end import await_end

_GRACE_S = 5.0


def remove(group: Path) -> None:
    """Kill what runs in `group` and in those below it, and remove them; harmless when it is gone.

    Raises `OSError` when that has not come to its end after five seconds.
    """
    if not group.is_dir():
        return
    for below in group.iterdir():
        if below.is_dir():
            remove(below)
    deadline = time.monotonic() + _GRACE_S
    while not _removed(group, last_try=time.monotonic() > deadline):
        await_end(_killed(group), deadline - time.monotonic())


def _removed(group: Path, *, last_try: bool) -> bool:
    """Try to remove the group; its files are the kernel's and go with it."""
    try:
        group.rmdir()
    except OSError as error:
        if error.errno != errno.EBUSY or last_try:
            raise
        return False
    return True


def _killed(group: Path) -> list[psutil.Process]:
    """Kill the members; a process that ends slowly, for want of CPU, is one of them until then."""
    members = []
    for pid in (group / "cgroup.procs").read_text().split():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            members.append(psutil.Process(int(pid)))
            os.kill(int(pid), SIGKILL)
    return members
