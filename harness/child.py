"""Child processes that do not outlive us: each leads a group of its own and dies with its parent.

On Linux the kernel signals a child when the thread that started it ends, so start children from a
thread that lives as long as the process. Where that is missing, and for the grandchildren of a
killed process, the `Registry` on disk lets the next `up` or `down` end what was left.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM, Signals
from typing import IO

import orjson
import psutil

from harness.process_end import await_end
from harness.process_id import ProcessId

_PR_SET_PDEATHSIG = 1
_REAP_GRACE_S = 5.0
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Registry:
    """The process groups started by us, one small file each, named by the leader's pid.

    The files are for whoever comes after us; our own groups are also held in memory, so that
    they can be ended when somebody removed the directory beneath us.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._started: dict[int, ProcessId] = {}

    def add(self, pid: int, death_signal: Signals = SIGKILL) -> None:
        """Record the group led by `pid`; `death_signal` is what ends it cleanly."""
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended before it could be recorded
            self._started[pid] = ProcessId.of(pid)
            record = {**self._started[pid].as_dict(), "signal": int(death_signal)}
            self._directory.mkdir(exist_ok=True)
            draft = self._file(pid).with_suffix(".new")  # we may be killed at any moment
            draft.write_bytes(orjson.dumps(record))
            draft.replace(self._file(pid))

    def remove(self, pid: int) -> None:
        self._started.pop(pid, None)
        self._file(pid).unlink(missing_ok=True)

    def signal(self, pid: int, number: Signals) -> None:
        """Signal the group led by `pid`, if it is still the one that was added here."""
        if pid in self._started:
            _signal_group(self._started[pid], number)

    def reap(self) -> int:
        """End the recorded groups that still live; return how many processes that were."""
        records = [_read(file) for file in self._directory.glob("*.json")]
        if not records:
            return 0
        members = _members({leader.pid for leader, _ in records if _is_ours(leader)})
        for leader, death_signal in records:
            _signal_group(leader, death_signal)
        await_end(members, _REAP_GRACE_S)
        for leader, _ in records:
            _signal_group(leader, SIGKILL)
        await_end(members, _REAP_GRACE_S)
        for leader, _ in records:
            self.remove(leader.pid)
        return len(members)

    def _file(self, pid: int) -> Path:
        return self._directory / f"{pid}.json"


async def start(
    argv: Sequence[str | Path],
    *,
    registry: Registry,
    env: Mapping[str, str],
    cwd: Path | None = None,
    stdin: int | IO[bytes] = asyncio.subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
    user: int | None = None,
    group: int | None = None,
    death_signal: Signals = SIGKILL,
    prepare: Callable[[], None] | None = None,
) -> asyncio.subprocess.Process:
    """Start a registered process in a session of its own with exactly the environment `env`.

    prepare: what the child runs before its program; it must not import anything.
    user, group: numeric ids to run as (root only); supplementary groups are then dropped.
    death_signal: what the kernel sends it when we die, and `Registry.reap` sends to leftovers.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        env=env,
        cwd=cwd,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=pass_fds,
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        start_new_session=True,
        preexec_fn=_die_with(os.getpid(), death_signal, prepare),
    )
    registry.add(process.pid, death_signal)
    return process


async def stop(
    process: asyncio.subprocess.Process,
    *,
    registry: Registry,
    signal: Signals = SIGTERM,
    grace: float = 5.0,
) -> int:
    """Signal the group, kill what is left of it after `grace` seconds, return the exit status.

    The status is negative for a signal, as in `subprocess`.
    """
    try:
        registry.signal(process.pid, signal)
        registry.signal(process.pid, SIGCONT)  # a frozen group cannot act on a signal
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await process.wait()
    finally:
        registry.signal(process.pid, SIGKILL)
    status = await process.wait()
    registry.remove(process.pid)
    return status


def _die_with(
    parent: int, number: Signals, prepare: Callable[[], None] | None
) -> Callable[[], None] | None:
    """Return what the child runs before its program; dying with us where the kernel has that."""
    if _PRCTL is None:
        return prepare
    prctl, value = _PRCTL, int(number)

    def request() -> None:
        if prepare is not None:
            prepare()
        prctl(_PR_SET_PDEATHSIG, value)
        if os.getppid() != parent:  # it died before the request was in place
            os.kill(os.getpid(), SIGKILL)

    return request


def _read(file: Path) -> tuple[ProcessId, Signals]:
    record = orjson.loads(file.read_bytes())
    return ProcessId.from_dict(record), Signals(record["signal"])


def _is_ours(leader: ProcessId) -> bool:
    """Tell whether the group number still means our group.

    The kernel gives a number out again only when no group bears it, so a newer process with the
    leader's number means that ours is gone, and none at all that it may live without its leader.
    """
    try:
        return leader.matches(psutil.Process(leader.pid))
    except psutil.NoSuchProcess:
        return True


def _signal_group(leader: ProcessId, number: Signals) -> None:
    if _is_ours(leader):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, number)


def _members(groups: set[int]) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _group_of(process) in groups]


def _group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None
