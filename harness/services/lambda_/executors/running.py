"""One process of a sandbox: the leader of a process group, and what its memory comes to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from harness.child import Registry
from harness.services.lambda_.executors.cgroups import Group
from harness.services.lambda_.executors.exit_status import return_code
from harness.services.lambda_.executors.memory_watch import MemoryWatch, peak_bytes, tree_bytes

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sandboxes use; bubblewrap: its path, None to do without."""

    interpreter: Path
    bubblewrap: Path | None
    registry: Registry
    watch: MemoryWatch


class ProcessSandbox:
    """`exited` resolves to its return code, negative for a signal.

    It is watched from its start until it is frozen, and whenever it is thawed.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        memory_mb: int,
        group: Group | None,
        shared: Shared,
    ) -> None:
        self._process = process
        self._memory_mb = memory_mb
        self._group = group
        self._shared = shared
        self._most_bytes = 0
        self.memory_limit = memory_mb * _MB
        self.exited: asyncio.Future[int] = asyncio.ensure_future(self._ended())
        shared.watch.add(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    def init_over(self) -> None:
        """Change nothing: a share of CPU holds during init too."""

    def held_bytes(self) -> int:
        held = tree_bytes(self.pid)
        if self._group:  # it knows of orphans, and not of what was held before it was joined
            held = max(held, self._group.held_bytes())
        self._most_bytes = max(self._most_bytes, held)
        return held

    def out_of_memory(self) -> None:
        """Kill it as Lambda does: no traceback, nothing the function could catch."""
        self._signal(signal.SIGKILL)

    def peak_memory_mb(self) -> int:
        """Return the most memory it has held so far, never more than the function has."""
        if self.exited.done() and self._group and self._group.out_of_memory():
            return self._memory_mb
        if self._shared.bubblewrap:  # the leader is bubblewrap, not the function
            self.held_bytes()
        peak = max(peak_bytes(self.pid), self._most_bytes)
        if peak == 0 and self._group:  # it ended before anybody had looked
            peak = self._group.peak_bytes()
        return min(self._memory_mb, peak // _MB)

    def freeze(self) -> None:
        """Stop the group: between invocations a sandbox gets no CPU (aws-behaviour §1.7.7)."""
        self._shared.watch.discard(self)
        self._signal(signal.SIGSTOP)

    async def thaw(self) -> None:
        self._shared.watch.add(self)
        self._signal(signal.SIGCONT)

    async def kill(self) -> int:
        self._signal(signal.SIGKILL)
        return await self.exited

    async def _ended(self) -> int:
        code = await self._process.wait()
        self._shared.watch.discard(self)
        self._signal(signal.SIGKILL)  # what it started ends with it
        self._shared.registry.remove(self.pid)
        return return_code(code) if self._shared.bubblewrap else code

    def _signal(self, number: signal.Signals) -> None:
        if not self.exited.done():  # later its number may be another's
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
