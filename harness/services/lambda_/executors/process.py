"""Sandboxes as child processes: the real runtime client on this machine's Python.

A sandbox is an enclosure in which one process runs after the other. Each leads a process group, so
a time-out takes the function's own children with it, and dies with the harness.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from harness.network.black_hole import BlackHole
from harness.services.lambda_.execution import Reachable
from harness.services.lambda_.executors import cgroups
from harness.services.lambda_.executors.cgroups import Bounds, Group, Groups
from harness.services.lambda_.executors.enclosure import Enclosure
from harness.services.lambda_.executors.interpreters import Interpreters
from harness.services.lambda_.executors.layout import layout
from harness.services.lambda_.executors.memory_watch import MemoryWatch
from harness.services.lambda_.executors.namespaces import Namespaces, create
from harness.services.lambda_.executors.platform import Platform, Wanted, limits, probe
from harness.services.lambda_.executors.running import Shared
from harness.services.lambda_.executors.share import MB_OF_ONE_CPU, PROCESSES
from harness.services.lambda_.function import Function
from harness.state import State

RUNTIME_API_PORT = 9001


class ProcessExecutor:
    """Makes enclosures; `pythons` finds the interpreter of each runtime."""

    def __init__(
        self,
        state: State,
        wanted: Wanted,
        pythons: Interpreters,
        probe: Callable[[Wanted], Platform] = probe,
    ) -> None:
        self._ports: list[int] = []
        self._watch = MemoryWatch()
        self._black_hole = BlackHole()
        self._state = state
        self._wanted = wanted
        self._pythons = pythons
        self._probe = probe
        self._groups: Groups | None = None
        self._probing: asyncio.Task[Platform] | None = None

    async def prepare(self, reachable: Reachable) -> None:
        if self._wanted.isolate:
            reachable.demand_loopback("--isolate")
            self._ports = [reachable.endpoint_port, reachable.database.port]
        if self._wanted.isolate or self._wanted.cpu_share:
            await self.probed()

    async def ready(self) -> None:
        """Processes need no preparation that takes time."""

    def nowhere(self) -> str:
        return self._black_hole.url

    async def probed(self) -> Platform:
        """Return what works on this machine, found out once.

        Raises `EnvironmentFailedError` when something was asked for that does not work.
        """
        if self._probing is None:
            self._probing = asyncio.ensure_future(asyncio.to_thread(self._probe, self._wanted))
        return await asyncio.shield(self._probing)

    async def limits(self) -> dict[str, str]:
        return limits(await self.probed(), self._wanted)

    async def enclose(self, function: Function, task_root: Path, directory: Path) -> Enclosure:
        """Make room for the processes of a sandbox; `directory` is its own, if it needs one."""
        platform = await self.probed()
        group = self._group(platform, function, directory.name)
        namespaces = await self._namespaces(platform, function, task_root)
        registry = self._state.registry
        interpreter = await self._pythons.of(function.runtime)
        shared = Shared(interpreter, platform.bubblewrap, registry, self._watch)
        enclosure = Enclosure(shared, function, task_root, directory, namespaces, group)
        try:
            await enclosure.open(self._ports)
        except BaseException:
            await enclosure.remove()
            raise
        return enclosure

    async def close(self) -> None:
        """Stop watching; control groups go when the environment's state is cleaned."""
        self._watch.close()
        self._black_hole.close()

    async def _namespaces(
        self, platform: Platform, function: Function, task_root: Path
    ) -> Namespaces | None:
        if not platform.namespaces:
            return None
        ports = [RUNTIME_API_PORT, *self._ports] if self._wanted.isolate else None
        plan = layout(task_root, function.ephemeral_storage_mb)
        return await asyncio.to_thread(create, plan, ports=ports, as_user=platform.as_user)

    def _group(self, platform: Platform, function: Function, name: str) -> Group | None:
        if cgroups.MEMORY not in platform.groups:
            return None
        if self._groups is None:
            parents = dict(platform.groups)
            if not self._wanted.cpu_share:
                parents.pop(cgroups.CPU, None)
            self._groups = Groups(parents, platform.group_version, self._state)
        # Files in a tmpfs are charged to whoever writes them, and are no memory on Lambda.
        storage_mb = function.ephemeral_storage_mb if platform.namespaces else 0
        cpus = function.memory_mb / MB_OF_ONE_CPU if self._wanted.cpu_share else None
        return self._groups.group(name, Bounds(function.memory_mb + storage_mb, PROCESSES, cpus))
