"""Running the PostgreSQL programs: as which account, where, with what environment."""

from __future__ import annotations

from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGQUIT

from harness import child
from harness.database.installation import Account
from harness.database.server_settings import ENVIRONMENT
from harness.errors import EnvironmentFailedError

_LINES_SHOWN = 6

END = SIGQUIT
"""The server's immediate shutdown: meant for each of its processes, frees its shared memory."""


@dataclass(frozen=True, slots=True)
class Programs:
    """directory: where the binaries are; home: a directory that `account` owns."""

    directory: Path
    home: Path
    account: Account | None
    registry: child.Registry

    async def start(self, name: str, *arguments: str, stdin: int = DEVNULL) -> Process:
        """Start a program with its output, errors included, on one pipe."""
        return await child.start(
            [self.directory / name, *arguments],
            registry=self.registry,
            env=ENVIRONMENT,
            cwd=self.home,
            stdin=stdin,
            stdout=PIPE,
            stderr=STDOUT,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            death_signal=END,
        )

    async def run(self, name: str, *arguments: str, stdin: str = "") -> None:
        """Run a program to its end; raises `EnvironmentFailedError` when it fails."""
        process = await self.start(name, *arguments, stdin=PIPE)
        try:
            output, _ = await process.communicate(stdin.encode())
        finally:
            status = await child.stop(process, registry=self.registry)
        if status != 0:
            raise failure(f"{name} ended with status {status}", output.splitlines())


def failure(what: str, output: Iterable[bytes]) -> EnvironmentFailedError:
    lines = [line.decode(errors="replace").strip() for line in output]
    said = " | ".join(line for line in lines[-_LINES_SHOWN:] if line) or "nothing"
    return EnvironmentFailedError(
        f"PostgreSQL did not start: {what}; it said: {said}. `harness doctor` looks for causes"
    )
