"""From a function to a sandbox whose init phase is over."""

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
from harness.services.lambda_.output import Output
from harness.services.lambda_.report import lines_of
from harness.services.lambda_.sandbox import INIT_LIMIT_S, Executor, Sandbox
from harness.services.lambda_.shown import Shown
from harness.services.lambda_.variables import NOWHERE, Place

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
        self.daemon_address = NOWHERE
        self._callers: dict[str, Sandbox] = {}

    async def crash(self, access_key_id: str) -> None:
        """End the process of the sandbox that calls with this key, if there is one."""
        if sandbox := self._callers.get(access_key_id):
            await sandbox.crash()

    async def launch(self, function: Function, limit_s: float = INIT_LIMIT_S) -> Sandbox:
        """Return a new sandbox after its init phase of `limit_s`, whether that worked or not."""
        task_root, handler = self._code.locate(function)
        stream = stream_name(function.version, self._clock.now())
        enclosure = await self._executor.enclose(
            function, task_root, self._directory / stream[-32:]
        )
        grant = await self._access.grant(function, stream, self.endpoint_url)
        write = partial(self._log, function.log_group, stream) if grant.logs else _dropped
        shown = Shown(enclosure.task_root)
        place = Place(
            endpoint_url=self.endpoint_url,
            region=self._region,
            log_stream=stream,
            image=enclosure.variables,
            access=grant.variables,
            daemon_address=self.daemon_address if grant.traces else NOWHERE,
        )
        output = Output(write, shown)
        lines = lines_of(function, self._region)
        sandbox = Sandbox(
            *(function, handler, place, enclosure, output, lines, shown, self._clock),
            traced=grant.traces,
        )
        key = grant.variables["AWS_ACCESS_KEY_ID"]
        self._callers[key] = sandbox

        def ended() -> None:
            del self._callers[key]
            grant.end()

        sandbox.at_end = ended
        try:
            await sandbox.start(limit_s)
        except BaseException:
            await sandbox.kill()
            raise
        return sandbox


def _dropped(_message: str) -> None:
    """Lose a line: the role may not write logs."""


def stream_name(version: str, now: float) -> str:
    """Return a new name for the log stream of a sandbox that starts at `now` (epoch seconds)."""
    day = datetime.fromtimestamp(now, UTC).strftime("%Y/%m/%d")
    return f"{day}/[{version}]{secrets.token_hex(16)}"
