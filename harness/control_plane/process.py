"""Unmodified moto in a child process, behind a production WSGI server.

Waitress and not moto's own development server: docs/decisions/0009-moto-behind-waitress.md.
"""

from __future__ import annotations

import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.call import Call, Reply
from harness.child import Registry, start, stop
from harness.control_plane.forwarding import Forwarding
from harness.control_plane.variables import ENVIRONMENT
from harness.errors import EnvironmentFailedError
from harness.last_words import last_words
from harness.reserved_port import HOST
from harness.upstream import Upstream


class ProcessMoto:
    def __init__(
        self,
        registry: Registry,
        log: Path,
        environment: Mapping[str, str],
        services: Sequence[str] = (),
    ) -> None:
        """services: which will be asked first, by their signing names."""
        self._services = services
        self._registry = registry
        self._log = log
        self._environment = {**environment, **ENVIRONMENT}
        self._process: Process | None = None
        self._forwarding = Forwarding()

    async def spawn(self) -> None:
        with self._log.open("ab") as log:
            self._process = await start(
                [sys.executable, "-m", "harness.moto_server", *self._services],
                registry=self._registry,
                env=self._environment,
                stdout=PIPE,
                stderr=log,
            )

    async def ready(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            code = await self._process.wait()
            message = (
                f"the control plane (moto) ended with exit code {code}: {last_words(self._log)}"
            )
            error = EnvironmentFailedError(message)
            self._forwarding.give_up(error)
            raise error
        self._forwarding.begin(Upstream(HOST, int(line)))

    async def __call__(self, call: Call) -> Reply:
        return await self._forwarding(call)

    async def ended(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        self._forwarding.close()
        if self._process is not None:
            await stop(self._process, registry=self._registry)

    def describe(self) -> dict[str, str]:
        return {"kind": "process", "address": self._forwarding.address}
