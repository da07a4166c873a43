"""What runs sandboxes, whatever they consist of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from harness.database.url import DatabaseUrl
from harness.errors import UsageError
from harness.services.lambda_.sandbox import Executor

_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Reachable:
    """What a function may reach when its network is its own; daemon_port: of X-Ray, UDP."""

    endpoint_port: int
    database: DatabaseUrl
    daemon_port: int

    def demand_loopback(self, option: str) -> None:
        """Raise `UsageError` when the database is elsewhere: no way leads there."""
        if self.database.host not in _LOOPBACK:
            raise UsageError(
                f"{option} cuts functions off from the database on {self.database.host}; "
                f"use one on 127.0.0.1, or leave {option} out"
            )


class Execution(Executor, Protocol):
    async def prepare(self, reachable: Reachable) -> None:
        """Find out whether what was asked for works here; called before any sandbox is made.

        Raises `HarnessError` when it does not.
        """
        ...

    async def ready(self) -> None:
        """Wait until sandboxes can be made; raises `HarnessError` when they cannot."""
        ...

    def nowhere(self) -> str:
        """Return the URL of what a VPC does not lead to, as a function sees it."""
        ...

    async def limits(self) -> dict[str, str]:
        """Return what `status` says of each limit of a function."""
        ...

    async def close(self) -> None: ...
