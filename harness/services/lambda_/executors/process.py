"""Sandboxes as child processes: the real runtime client on this machine's Python.

The process leads a group of its own, so a time-out takes the function's own children with it, and
it dies with the harness.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import psutil

from harness.child import Registry, start
from harness.services.lambda_.executors.interpreters import Interpreters
from harness.services.lambda_.function import Function
from harness.services.lambda_.output import Output

INTERPRETER = Path(sys.executable)


class ProcessSandbox:
    """A running sandbox process; `exited` resolves to its return code."""

    def __init__(self, process: asyncio.subprocess.Process, registry: Registry) -> None:
        self._process = process
        self._registry = registry
        self.exited: asyncio.Future[int] = asyncio.ensure_future(process.wait())

    @property
    def pid(self) -> int:
        return self._process.pid

    def peak_memory_mb(self) -> int:
        """Return the most memory the process has held so far; 0 when it is gone."""
        return _peak_mb(self.pid)

    def freeze(self) -> None:
        """Stop the group: between invocations a sandbox gets no CPU (aws-behaviour §1.7.7)."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    async def kill(self) -> int:
        self._signal(signal.SIGKILL)
        code = await self.exited
        self._registry.remove(self.pid)
        return code

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class ProcessExecutor:
    """Starts sandbox processes; path: where other Pythons than ours are looked for."""

    def __init__(self, registry: Registry, path: str) -> None:
        self._registry = registry
        self._interpreters = Interpreters(INTERPRETER, path)

    async def interpreter(self, function: Function) -> Path:
        """Return the Python whose environment a function uses."""
        return await self._interpreters.of(function.runtime)

    async def start(
        self,
        interpreter: Path,
        handler: str,
        task_root: Path,
        variables: dict[str, str],
        output: Output,
    ) -> ProcessSandbox:
        process = await start(
            [interpreter, "-m", "awslambdaric", handler],
            registry=self._registry,
            env=variables,
            cwd=task_root,
            stdout=output.standard,
            stderr=output.standard,
            pass_fds=[output.telemetry],
        )
        return ProcessSandbox(process, self._registry)


def _peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss // (1024 * 1024))
    return 0
