"""The control plane, which remembers: moto, one file for each place it may run.

moto keeps state (objects, configurations, queues, secrets, alarms, logs); behaviour is ours.
"""

from __future__ import annotations

from typing import Protocol

from harness.call import Call, Reply


class ControlPlane(Protocol):
    """A handler that forwards to moto; calls made while it starts wait until it is ready."""

    async def spawn(self) -> None:
        """Have it started; it answers when `ready` returns."""
        ...

    async def ready(self) -> None:
        """Return when it answers; raises `EnvironmentFailedError` when it does not come to that."""
        ...

    async def __call__(self, call: Call) -> Reply: ...

    async def ended(self) -> int:
        """Return the exit status once it is gone by itself; nothing can be answered any more."""
        ...

    async def stop(self) -> None: ...

    def describe(self) -> dict[str, str]:
        """Return what `harness status` says of it."""
        ...
