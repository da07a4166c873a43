"""From a function to a sandbox that is ready, or to the reason why it is not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.clock import Clock
from harness.services.lambda_.access import Access
from harness.services.lambda_.code import CodeStore
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.output import Output
from harness.services.lambda_.runtime_api import RuntimeApi
from harness.services.lambda_.sandbox import Executor, Sandbox
from harness.services.lambda_.variables import Place

Log = Callable[[str, str, str], None]


class Launcher:
    """Starts sandboxes under `directory`; `log(group, stream, message)` takes their output."""

    def __init__(
        self,
        executor: Executor,
        code: CodeStore,
        directory: Path,
        log: Log,
        clock: Clock,
        region: str,
        access: Access,
    ) -> None:
        self._executor = executor
        self._code = code
        self._directory = directory
        self._log = log
        self._clock = clock
        self._region = region
        self._access = access
        self.endpoint_url = ""

    async def launch(
        self, function: Function, limit_s: float, request_id: str
    ) -> tuple[Sandbox, Outcome | None]:
        """Return a sandbox and how its init failed (then it is DEAD), None when it is ready."""
        task_root, handler = self._code.locate(function)
        stream = _stream_name(function.version, self._clock.now())
        directory = self._directory / stream[-32:]
        temporary = directory / "tmp"
        temporary.mkdir(parents=True)
        api = RuntimeApi()
        grant = await self._access.grant(function, stream, self.endpoint_url)
        write = partial(self._log, function.log_group, stream) if grant.logs else _dropped
        output = Output(write)
        place = Place(
            task_root=task_root,
            temporary=temporary,
            interpreter=self._executor.interpreter,
            runtime_api=await api.start(),
            endpoint_url=self.endpoint_url,
            region=self._region,
            log_stream=stream,
            telemetry_descriptor=output.telemetry,
            access=grant.variables,
        )
        sandbox = Sandbox(function, place, directory, output, api, self._clock)
        sandbox.at_end = grant.end
        try:
            return sandbox, await sandbox.start(self._executor, handler, limit_s, request_id)
        except BaseException:
            await sandbox.kill()
            raise


def _dropped(_message: str) -> None:
    """Lose a line: the role may not write logs."""


def _stream_name(version: str, now: float) -> str:
    day = datetime.fromtimestamp(now, UTC).strftime("%Y/%m/%d")
    return f"{day}/[{version}]{secrets.token_hex(16)}"
