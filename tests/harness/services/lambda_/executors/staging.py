"""Sandboxes of a function whose code is a directory, launched as Lambda launches them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from harness.clock import SystemClock
from harness.iam.service_roles import anything
from harness.iam.sessions import Sessions
from harness.services.lambda_.access import Access
from harness.services.lambda_.execution import Execution
from harness.services.lambda_.function import Function
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import Sandbox
from tests.harness.services.lambda_.examples import ARN, REGION


class _Code:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def locate(self, of: Function) -> tuple[Path, str]:
        return self._directory, of.handler


def launcher(executor: Execution, code: Path, sandboxes: Path, log: list[str]) -> Launcher:
    """Return what starts sandboxes below a directory; `log` has what they write."""
    return Launcher(
        executor,
        _Code(code),
        sandboxes,
        lambda _group, _stream, message: log.append(message),
        SystemClock(),
        REGION,
        Access(Sessions(), anything, REGION, executor.nowhere),
    )


def written(directory: Path, handler: str) -> Path:
    """Return a code directory with the module `h`."""
    code = directory / "code"
    code.mkdir()
    (code / "h.py").write_text(handler)
    return code


async def invoke(sandbox: Sandbox, event: Any = "") -> Any:
    """Return the decoded answer; the sandbox is frozen or reset afterwards."""
    invocation = Invocation("id-1", orjson.dumps(event), 4_000_000_000_000, ARN, "Root=1-x")
    settled = await sandbox.invoke(invocation, lambda: None)
    await sandbox.settle()
    return orjson.loads(settled.outcome.payload)
