"""A running environment: the first of its parts is started here, the others in `harness.start`.

The control plane takes longest, most of it for its imports. So it is started before anything else
is imported, and what is imported here at the top is what that needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.control_plane.choice import chosen
from harness.options import Options
from harness.state import State

if TYPE_CHECKING:
    from harness.containers.supply import Supply
    from harness.deployment import Report
    from harness.environment import Environment


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running environment; parts: what it cannot live without, each with its end to await."""

    environment: Environment
    parts: Mapping[str, Callable[[], Awaitable[int]]]

    async def broken(self) -> str:
        """Return which part ended by itself, once one does."""
        ends = {asyncio.ensure_future(ended()): name for name, ended in self.parts.items()}
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        first = done.pop()
        return f"{ends[first]} ended by itself with exit code {first.result()}"


@asynccontextmanager
async def running(state: State, options: Options, report: Report) -> AsyncIterator[Cloud]:
    """Start an environment in a claimed state directory; leaving the block stops all of it."""
    async with AsyncExitStack() as stack:
        supply = await _supply(state, options)
        control_plane = chosen(state, options, supply)
        stack.push_async_callback(control_plane.stop)
        await control_plane.spawn()
        from harness.start import Start

        start = Start(stack, state, options, report, control_plane, supply)
        environment = await start.environment()
        environment.save(state)
        yield Cloud(environment, start.parts)


async def _supply(state: State, options: Options) -> Supply | None:
    """Return what the parts that run in containers are started from, None when none does."""
    if options.runtime != "docker":
        return None
    from harness.containers import leftovers
    from harness.containers.supply import gather
    from harness.images.bases import LAMBDA, MOTO, POSTGRES

    bases = [LAMBDA]
    bases += [] if options.control_plane_url else [MOTO]
    bases += [] if options.database_url else [POSTGRES]
    supply = await asyncio.to_thread(gather, options.docker_host, bases)
    leftovers.note(state.directory, options.docker_host)
    return supply
