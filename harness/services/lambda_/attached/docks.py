"""The docks of an environment, and what `status` says about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.clock import Clock
from harness.iam.sessions import Sessions
from harness.services.lambda_.attached.dock import Dock
from harness.services.lambda_.attached.role import Role
from harness.services.lambda_.function import Functions
from harness.services.lambda_.launch import Log

LIMITS = (
    "memory, CPU, /tmp, user and variables are for whoever starts the runtimes to set; "
    "what the functions write is not seen here; they are not frozen, "
    "and not killed after a time-out"
)


class Docks:
    """ports: of the functions that are attached, by name."""

    def __init__(
        self,
        ports: Mapping[str, int],
        functions: Functions,
        sessions: Sessions,
        log: Log,
        clock: Clock,
        region: str,
    ) -> None:
        self._docks = {
            name: Dock(name, port, Role(name, functions, sessions, clock), log, clock, region)
            for name, port in ports.items()
        }

    def of(self, function: str) -> Dock | None:
        """Return the dock of a function, None when its sandboxes are started here."""
        return self._docks.get(function)

    async def open(self, host: str) -> None:
        """Let runtimes attach; raises `EnvironmentFailedError` when a port is taken."""
        for dock in self._docks.values():
            await dock.open(host)

    async def close(self) -> None:
        for dock in self._docks.values():
            await dock.close()

    def describe(self, function: str) -> Mapping[str, Any]:
        """Return what `status` shows of an attached function, {} of any other."""
        dock = self._docks.get(function)
        return {} if dock is None else {"sandboxes": dock.attached, "attached_to": dock.port}

    def limits(self) -> Mapping[str, str]:
        """Return what does not hold for the attached functions; {} where there are none."""
        return {"attached functions": LIMITS} if self._docks else {}

    def findings(self) -> Iterator[str]:
        """Yield what whoever starts the runtimes has to look after."""
        for name, dock in self._docks.items():
            if not dock.attached:
                yield (
                    f"{name}: nothing is attached, {dock.berths.waiting} invocations wait; start "
                    f"its runtime with port {dock.port} of this endpoint as AWS_LAMBDA_RUNTIME_API"
                )
            if dock.overdue:
                yield (
                    f"{name}: {len(dock.overdue)} runtimes still work on what has timed out; "
                    "restart their containers, unless they end by themselves"
                )
