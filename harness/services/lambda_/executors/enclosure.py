"""Where the processes of one sandbox run: namespaces and a control group, or just a directory."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.child import start
from harness.network.relay import Relay, to_port
from harness.services.lambda_.executors import bubblewrap, linux
from harness.services.lambda_.executors.cgroups import Group
from harness.services.lambda_.executors.layout import TASK_ROOT
from harness.services.lambda_.executors.namespaces import Namespaces
from harness.services.lambda_.executors.running import ProcessSandbox, Shared
from harness.services.lambda_.executors.share import FILES
from harness.services.lambda_.function import Function
from harness.services.lambda_.output import Output
from harness.services.lambda_.runtime_api import Listening
from harness.services.lambda_.variables import of_a_process

_LIMITS = (  # aws-behaviour §1.8; no core files, which nobody could fetch
    (resource.RLIMIT_NOFILE, FILES),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_MEMLOCK, 64 * 1024),
)


class Enclosure:
    """Where the processes of one sandbox run, one after the other; `/tmp` outlives them.

    task_root, temporary: as the function sees them; no `temporary` means it is `/tmp` itself.
    """

    def __init__(
        self,
        shared: Shared,
        function: Function,
        task_root: Path,
        directory: Path,
        namespaces: Namespaces | None,
        group: Group | None,
    ) -> None:
        self._shared = shared
        self._directory = directory
        self._namespaces = namespaces
        self._relays: list[Relay] = []
        self._moving: asyncio.Future[None] | None = None
        self._memory_mb = function.memory_mb
        self._group = group
        self.task_root = TASK_ROOT if namespaces else task_root
        self.temporary = None if namespaces else directory / "tmp"
        self.variables: Mapping[str, str] = of_a_process(
            function.runtime, self.task_root, shared.interpreter, self.temporary
        )

    async def open(self, ports: Sequence[int]) -> None:
        """Make what the first process needs: a directory, or ways out of its own network."""
        if self.temporary:
            self.temporary.mkdir(parents=True)
        if self._namespaces:
            for port, listener in zip(ports, self._namespaces.listeners[1:], strict=False):
                self._relays.append(await Relay.start(listener, to_port(port)))

    def runtime_api(self) -> Listening | None:
        """Return what listens inside a network of its own; None for a port of this machine."""
        if self._namespaces and self._namespaces.listeners:
            listener = self._namespaces.listeners[0].dup()
            return Listening(listener, "{}:{}".format(*listener.getsockname()))
        return None

    async def start(
        self, handler: str, variables: dict[str, str], output: Output
    ) -> ProcessSandbox:
        output.open()
        argv: list[str | Path] = [self._shared.interpreter, "-m", "awslambdaric", handler]
        if self._shared.bubblewrap:
            argv = bubblewrap.wrapped(self._shared.bubblewrap, argv)
        process = await start(
            argv,
            registry=self._shared.registry,
            env={**variables, "_LAMBDA_TELEMETRY_LOG_FD": str(output.telemetry)},
            cwd=None if self._namespaces else self.task_root,
            stdout=output.standard,
            stderr=output.standard,
            pass_fds=[output.telemetry],
            prepare=self._prepare,
        )
        output.started()
        if self._group and not self._shared.bubblewrap:
            self._moving = asyncio.ensure_future(asyncio.to_thread(_move, self._group, process.pid))
        return ProcessSandbox(process, self._memory_mb, self._group, self._shared)

    async def remove(self) -> None:
        """Give everything back; the last process must have ended."""
        for relay in self._relays:
            await relay.close()
        if self._moving:
            await asyncio.wait([self._moving])
        if self._namespaces:
            self._namespaces.close()
        if self._group:
            self._group.remove()
        if self.temporary:
            await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)

    def _prepare(self) -> None:
        """Run in the child before its program."""
        if self._group and self._shared.bubblewrap:  # it has children before anybody can look
            self._group.take_in()
        for kind, wanted in _LIMITS:
            _, hard = resource.getrlimit(kind)
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(kind, (limit, limit))
        if self._namespaces:
            self._namespaces.enter()
            if not self._shared.bubblewrap:  # bubblewrap needs privileges to give up privileges
                linux.give_up_privileges()


def _move(group: Group, pid: int) -> None:
    """Move a process into its group while it starts, which would else start later."""
    with contextlib.suppress(ProcessLookupError):  # it has ended already
        group.take_in(pid)
