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

from harness.moto import Moto, services_of
from harness.options import Options
from harness.state import State

if TYPE_CHECKING:
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
        services = services_of(options.template.read_text(errors="replace"))
        moto = Moto(state.registry, state.path("moto.log"), options.inherited, services)
        stack.push_async_callback(moto.stop)
        await moto.spawn()
        from harness.start import Start

        start = Start(stack, state, options, report, moto)
        environment = await start.environment()
        environment.save(state)
        yield Cloud(environment, start.parts)
