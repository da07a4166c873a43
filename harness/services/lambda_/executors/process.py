"""Sandboxes as child processes: the real runtime client on this machine's Python.

A sandbox is an enclosure (namespaces, control group, or just a directory) in which one process
runs after the other. The process leads a group of its own, so a time-out takes the function's own
children with it, and it dies with the harness.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from harness.child import start
from harness.services.lambda_.executors import bubblewrap, cgroups, linux
from harness.services.lambda_.executors.cgroups import Bounds, Group, Groups
from harness.services.lambda_.executors.layout import TASK_ROOT, layout
from harness.services.lambda_.executors.memory_watch import MemoryWatch, tree_bytes
from harness.services.lambda_.executors.namespaces import Namespaces, create
from harness.services.lambda_.executors.platform import Platform, Wanted, limits, probe
from harness.services.lambda_.executors.relay import Relay
from harness.services.lambda_.function import Function
from harness.services.lambda_.output import Output
from harness.state import State

INTERPRETER = Path(sys.executable)
RUNTIME_API_PORT = 9001
_MB = 1024 * 1024
_MB_OF_ONE_CPU = 1769
_LIMITS = (  # aws-behaviour §1.8; no core files, which nobody could fetch
    (resource.RLIMIT_NOFILE, 1024),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_MEMLOCK, 64 * 1024),
)
_PROCESSES = 1024


class ProcessSandbox:
    """A running sandbox process; `exited` resolves to its return code, negative for a signal."""

    def __init__(
        self, process: asyncio.subprocess.Process, enclosure: Enclosure, watch: MemoryWatch
    ) -> None:
        self._process = process
        self._enclosure = enclosure
        self._watch = watch
        self._most_bytes = 0
        self.memory_limit = enclosure.memory_mb * _MB
        self.exited: asyncio.Future[int] = asyncio.ensure_future(self._ended())
        watch.add(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    def held_bytes(self) -> int:
        group = self._enclosure.group
        held = group.held_bytes() if group else tree_bytes(self.pid)
        self._most_bytes = max(self._most_bytes, held)
        return held

    def out_of_memory(self) -> None:
        """Kill it as Lambda does: no traceback, nothing the function could catch."""
        self._signal(signal.SIGKILL)

    def peak_memory_mb(self) -> int:
        """Return the most memory it has held so far, never more than the function has."""
        peak = max(_peak_bytes(self.pid), self._most_bytes)
        if peak == 0 and self._enclosure.group:  # it ended before anybody had looked
            peak = self._enclosure.group.peak_bytes()
        return min(self._enclosure.memory_mb, peak // _MB)

    def freeze(self) -> None:
        """Stop the group: between invocations a sandbox gets no CPU (aws-behaviour §1.7.7)."""
        self._watch.discard(self)
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._watch.add(self)
        self._signal(signal.SIGCONT)

    async def kill(self) -> int:
        self._signal(signal.SIGKILL)
        return await self.exited

    async def _ended(self) -> int:
        code = await self._process.wait()
        self._watch.discard(self)
        self._signal(signal.SIGKILL)  # what it started ends with it
        self._enclosure.forget(self.pid)
        return bubblewrap.return_code(code) if self._enclosure.wrapped else code

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class Enclosure:
    """Where the processes of one sandbox run, one after the other; `/tmp` outlives them.

    task_root, temporary: as the function sees them; no `temporary` means it is `/tmp` itself.
    """

    def __init__(
        self,
        executor: ProcessExecutor,
        function: Function,
        task_root: Path,
        directory: Path,
        namespaces: Namespaces | None,
        group: Group | None,
    ) -> None:
        self._executor = executor
        self._directory = directory
        self._namespaces = namespaces
        self._relays: list[Relay] = []
        self.memory_mb = function.memory_mb
        self.group = group
        self.task_root = TASK_ROOT if namespaces else task_root
        self.temporary = None if namespaces else directory / "tmp"

    @property
    def wrapped(self) -> bool:
        return self._executor.platform.bubblewrap is not None

    async def open(self, ports: Sequence[int]) -> None:
        """Make what the first process needs: a directory, or ways out of its own network."""
        if self.temporary:
            self.temporary.mkdir(parents=True)
        if self._namespaces:
            for port, listener in zip(ports, self._namespaces.listeners[1:], strict=False):
                self._relays.append(await Relay.start(listener, port))

    def runtime_api(self) -> socket.socket | None:
        """Return the socket to serve the Runtime API on; None for any on this machine."""
        if self._namespaces and self._namespaces.listeners:
            return self._namespaces.listeners[0].dup()
        return None

    async def start(
        self, handler: str, variables: dict[str, str], output: Output
    ) -> ProcessSandbox:
        argv: list[str | Path] = [self._executor.interpreter, "-m", "awslambdaric", handler]
        if wrapper := self._executor.platform.bubblewrap:
            argv = bubblewrap.wrapped(wrapper, argv)
        process = await start(
            argv,
            registry=self._executor.registry,
            env=variables,
            cwd=None if self._namespaces else self.task_root,
            stdout=output.standard,
            stderr=output.standard,
            pass_fds=[output.telemetry],
            prepare=self._prepare,
        )
        return ProcessSandbox(process, self, self._executor.watch)

    def forget(self, pid: int) -> None:
        self._executor.registry.remove(pid)

    async def remove(self) -> None:
        """Give everything back; the last process must have ended."""
        for relay in self._relays:
            await relay.close()
        if self._namespaces:
            self._namespaces.close()
        if self.group:
            self.group.remove()
        if self.temporary:
            await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)

    def _prepare(self) -> None:
        """Run in the child before its program."""
        if self.group:
            self.group.join()
        for kind, wanted in _LIMITS:
            _, hard = resource.getrlimit(kind)
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(kind, (limit, limit))
        if self._namespaces:
            self._namespaces.enter()
            if not self.wrapped:  # bubblewrap needs privileges to give up privileges
                linux.give_up_privileges()


class ProcessExecutor:
    """Makes enclosures; `interpreter` is the Python whose environment functions use.

    ports: what a function of `--isolate` reaches on this machine, filled once it is known.
    """

    interpreter = INTERPRETER

    def __init__(self, state: State, wanted: Wanted) -> None:
        self.registry = state.registry
        self.watch = MemoryWatch()
        self.ports: list[int] = []
        self._state = state
        self._wanted = wanted
        self._groups: Groups | None = None
        self._probing: asyncio.Task[Platform] | None = None
        self.platform = Platform(namespaces=False)

    async def probed(self) -> Platform:
        """Return what works on this machine, found out once.

        Raises `EnvironmentFailedError` when something was asked for that does not work.
        """
        if self._probing is None:
            self._probing = asyncio.ensure_future(asyncio.to_thread(probe, self._wanted))
        self.platform = await asyncio.shield(self._probing)
        return self.platform

    async def limits(self) -> dict[str, str]:
        return limits(await self.probed(), self._wanted)

    async def enclose(self, function: Function, task_root: Path, directory: Path) -> Enclosure:
        """Make room for the processes of a sandbox; `directory` is its own, if it needs one."""
        platform = await self.probed()
        namespaces = await self._namespaces(platform, function, task_root)
        group = self._group(platform, function, directory.name)
        enclosure = Enclosure(self, function, task_root, directory, namespaces, group)
        await enclosure.open(self.ports)
        return enclosure

    def close(self) -> None:
        """Stop watching; control groups go when the environment's state is cleaned."""
        self.watch.close()

    async def _namespaces(
        self, platform: Platform, function: Function, task_root: Path
    ) -> Namespaces | None:
        if not platform.namespaces:
            return None
        ports = [RUNTIME_API_PORT, *self.ports] if self._wanted.isolate else None
        plan = layout(task_root, function.ephemeral_storage_mb)
        return await asyncio.to_thread(create, plan, ports=ports, as_user=platform.as_user)

    def _group(self, platform: Platform, function: Function, name: str) -> Group | None:
        if cgroups.MEMORY not in platform.groups:
            return None
        if self._groups is None:
            self._groups = Groups(platform.groups, platform.group_version, self._state)
        # Files in a tmpfs are charged to whoever writes them, and are no memory on Lambda.
        storage_mb = function.ephemeral_storage_mb if platform.namespaces else 0
        cpus = function.memory_mb / _MB_OF_ONE_CPU if self._wanted.cpu_share else None
        return self._groups.group(name, Bounds(function.memory_mb + storage_mb, _PROCESSES, cpus))


def _peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0
