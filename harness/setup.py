"""Commands a deployment script would run beside the stack: the template's `Setup`."""

from __future__ import annotations

import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.child import Registry, start, stop
from harness.errors import EnvironmentFailedError

_LINES_SHOWN = 5


async def run_command(
    command: Sequence[str], directory: Path, environment: Mapping[str, str], registry: Registry
) -> None:
    """Run one command in `directory`; `python` means the interpreter we run on.

    Raises `EnvironmentFailedError` with its last lines when it fails.
    """
    argv = [sys.executable if command[0] == "python" else command[0], *command[1:]]
    process = await start(
        argv, registry=registry, env=environment, cwd=directory, stdout=PIPE, stderr=STDOUT
    )
    try:
        output, _ = await process.communicate()
    finally:
        await stop(process, registry=registry)
    if process.returncode:
        last = b"\n".join(output.splitlines()[-_LINES_SHOWN:]).decode(errors="replace")
        raise EnvironmentFailedError(
            f"`{' '.join(command)}` of the template's Setup failed "
            f"with exit code {process.returncode}:\n{last}"
        )
