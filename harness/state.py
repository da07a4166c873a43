"""The state directory of one environment: who runs it, what it noted, how all of it is removed.

    lock              held by the process that runs the environment, with its pid in it
    environment.json  what a client needs to know; holds keys, so only the owner may read it
    processes/        child processes, see `harness.child.Registry`
    elsewhere/        links to directories of ours that had to be outside the state directory
    groups/           links to control groups of ours
    engine            address of the engine that has containers of ours

A killed environment leaves all of this behind but not the lock: the kernel frees that. So a
free lock beside other files means leftovers, which whoever takes the lock next removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import orjson

from harness import control_group
from harness.child import Registry
from harness.containers import leftovers
from harness.errors import EnvironmentFailedError
from harness.process_id import ProcessId

_LOCK = "lock"
_ENVIRONMENT = "environment.json"
_ELSEWHERE = "elsewhere"
_GROUPS = "groups"


class State:
    """complaint: what could not be removed, and what to do about it; "" when all was."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.registry = Registry(self.path("processes"))
        self.complaint = ""
        self._descriptor: int | None = None
        self._waiter: threading.Thread | None = None

    def path(self, name: str) -> Path:
        return self.directory / name

    def claim(self) -> bool:
        """Take the directory for the life of this process; return whether leftovers were removed.

        Raises `EnvironmentFailedError` when another process has it, or when it is not ours to use.
        """
        try:
            self._refuse_foreign_directory()
            self._descriptor = _take_lock(self.directory)
        except BlockingIOError:
            raise EnvironmentFailedError(self._already_running()) from None
        except OSError as error:
            raise EnvironmentFailedError(
                f"{self.directory} cannot hold an environment: {error.strerror}; "
                "set HARNESS_STATE_DIR to a directory that can be written"
            ) from error
        found = self._entries() != []
        self._remove_contents()
        self.path(_LOCK).write_bytes(orjson.dumps(ProcessId.of(os.getpid()).as_dict()))
        return found

    def holder(self) -> ProcessId | None:
        """Return the process that runs the environment, None when it is gone or never was."""
        record = _record(self.path(_LOCK))
        return record if record is not None and record.alive() else None

    def released(self, timeout: float) -> bool:
        """Wait until no process has the directory; return whether that came within `timeout`."""
        if self._waiter is None:  # a wait that timed out still goes on: join it again
            self._waiter = threading.Thread(
                target=_await_lock, args=[self.path(_LOCK)], daemon=True
            )
            self._waiter.start()
        self._waiter.join(timeout)
        if self._waiter.is_alive():
            return False
        self._waiter = None
        return True

    def write_environment(self, environment: dict[str, Any]) -> None:
        """Replace what clients read, in one step."""
        draft = self.path(f"{_ENVIRONMENT}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(orjson.dumps(environment))
        draft.replace(self.path(_ENVIRONMENT))

    def read_environment(self) -> dict[str, Any]:
        """Return what the running environment wrote.

        Raises `EnvironmentFailedError` when none is running, or when it is not ready yet.
        """
        if self.holder() is None:
            raise EnvironmentFailedError(
                f"no environment is running in {self.directory}; start one with `harness up`"
            )
        try:
            content: dict[str, Any] = orjson.loads(self.path(_ENVIRONMENT).read_bytes())
        except FileNotFoundError:
            raise EnvironmentFailedError(
                f"the environment in {self.directory} is not ready yet; "
                "try again when `harness up` says so"
            ) from None
        return content

    def private_directory(self) -> Path:
        """Return a new directory outside, under the system's temporary one; `clean` removes it."""
        directory = Path(tempfile.gettempdir()) / f"harness-{secrets.token_hex(8)}"
        self.path(_ELSEWHERE).mkdir(exist_ok=True)
        (self.path(_ELSEWHERE) / directory.name).symlink_to(directory)
        directory.mkdir(mode=0o700)
        return directory

    def control_group(self, parent: Path) -> Path:
        """Return a new control group in `parent`; `clean` removes it and those below it."""
        directory = parent / f"harness-{secrets.token_hex(8)}"
        self.path(_GROUPS).mkdir(exist_ok=True)
        (self.path(_GROUPS) / directory.name).symlink_to(directory)
        directory.mkdir()
        return directory

    def clean(self) -> None:
        """Remove everything of the environment, the directory last; only for who claimed it."""
        if not self.directory.exists():
            return
        self._remove_contents()
        self.path(_LOCK).unlink(missing_ok=True)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        with contextlib.suppress(OSError):  # somebody is starting in it, or its parent is not ours
            self.directory.rmdir()

    def _refuse_foreign_directory(self) -> None:
        """Raise when there are files but never was a lock of ours: they would be removed."""
        if self._entries() and _record(self.path(_LOCK)) is None:
            raise EnvironmentFailedError(
                f"{self.directory} holds files that are not an environment's; "
                "set HARNESS_STATE_DIR to an empty or a new directory"
            )

    def _entries(self) -> list[Path]:
        try:
            return [entry for entry in self.directory.iterdir() if entry.name != _LOCK]
        except FileNotFoundError:
            return []

    def _remove_contents(self) -> None:
        self.registry.reap()
        self.complaint = leftovers.remove(self.directory)
        for link in self.path(_ELSEWHERE).glob("*"):
            _remove(link.readlink())
        for link in self.path(_GROUPS).glob("*"):
            control_group.remove(link.readlink())
        for entry in self._entries():
            _remove(entry)

    def _already_running(self) -> str:
        holder = self.holder()
        who = f"process {holder.pid}" if holder else "a process that is just starting or stopping"
        with contextlib.suppress(EnvironmentFailedError):
            who += f", {self.read_environment().get('endpoint_url', '')}"
        return (
            f"an environment is already running in {self.directory} ({who}); "
            "stop it with `harness down`, or set HARNESS_STATE_DIR to another directory"
        )


def _take_lock(directory: Path) -> int:
    """Return a descriptor that holds the directory's lock; raises `BlockingIOError` if taken."""
    while True:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # its last holder is removing the directory
            descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(descriptor), (directory / _LOCK).stat()):
                    return descriptor
            except OSError:
                os.close(descriptor)
                raise
            os.close(descriptor)


def _await_lock(lock: Path) -> None:
    with contextlib.suppress(FileNotFoundError), lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def _record(lock: Path) -> ProcessId | None:
    """Return the process that noted itself in the lock, None when no environment did."""
    try:
        return ProcessId.from_dict(orjson.loads(lock.read_bytes()))
    except PermissionError:
        raise EnvironmentFailedError(
            f"{lock.parent} belongs to another user; "
            "set HARNESS_STATE_DIR to a directory of your own"
        ) from None
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or it is not one of ours
        return None


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
