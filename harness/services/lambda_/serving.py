"""What the pool and the invoker need of an execution environment, whoever has started it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from harness.services.lambda_.function import Function
from harness.services.lambda_.output import Output
from harness.services.lambda_.report import Lines
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import SandboxState, Settled


class Serving(Protocol):
    """One environment; `Sandbox` and `Lease` say what the members mean."""

    function: Function
    traced: bool
    state: SandboxState
    init_ms: float | None
    output: Output
    lines: Lines

    @property
    def cold(self) -> bool: ...
    def log(self, line: Callable[..., str], *details: object) -> None: ...
    async def invoke(self, invocation: Invocation, started: Callable[[], None]) -> Settled: ...
    async def settle(self) -> None: ...
    async def kill(self) -> None: ...
