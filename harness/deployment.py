"""Running `harness.stack` in a process of its own, beside the environment that is starting.

Its imports cost more than its work and would stay in memory, so it has its own process; it is
given parameters and the word to begin on stdin, and reports each resource as a JSON line.
"""

from __future__ import annotations

import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from harness.child import Registry, start, stop
from harness.errors import EnvironmentFailedError, HarnessError, UsageError
from harness.last_words import last_words

_LINE_LIMIT = 16 * 1024 * 1024

Report = Callable[[dict[str, Any]], None]


class Deployment:
    """One application of a template; `report` gets every event the process prints."""

    def __init__(self, process: Process, registry: Registry, log: Path, report: Report) -> None:
        self._process = process
        self._log = log
        self._registry = registry
        self._report = report

    @classmethod
    async def begin(
        cls,
        template: Path,
        endpoint_url: str,
        region: str,
        *,
        parameters: Mapping[str, str],
        registry: Registry,
        environment: Mapping[str, str],
        log: Path,
        report: Report,
    ) -> Deployment:
        """Start the process; `parameters` are an offer, used as far as the template has them."""
        argv = [sys.executable, "-m", "harness.stack", str(template)]
        argv += ["--endpoint-url", endpoint_url, "--region", region]
        with log.open("ab") as errors:
            process = await start(
                argv, registry=registry, env=environment, stdin=PIPE, stdout=PIPE, stderr=errors
            )
        assert process.stdin is not None
        process.stdin.write(orjson.dumps({"parameters": dict(parameters)}) + b"\n")
        return cls(process, registry, log, report)

    async def expanded(self) -> dict[str, Any]:
        """Return what the template asks for: `images` and the number of `resources`.

        Raises `UsageError` when the template has to be changed first.
        """
        return await self._event("expanded", UsageError)

    async def apply(self) -> dict[str, Any]:
        """Let it create the resources; return `outputs`, `resources` and the `harness` section."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        result = await self._event("complete", EnvironmentFailedError)
        await self.stop()
        return result

    async def stop(self) -> None:
        await stop(self._process, registry=self._registry)

    async def _event(self, wanted: str, error: type[HarnessError]) -> dict[str, Any]:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            event: dict[str, Any] = orjson.loads(line)
            self._report(event)
            if event["event"] == wanted:
                return event
            if event["event"] == "failed":
                raise error(_failure(event))
        code = await self._process.wait()
        raise EnvironmentFailedError(
            f"applying the template ended early with exit code {code}: {last_words(self._log)}"
        )


def _failure(event: Mapping[str, Any]) -> str:
    place = ".".join(str(event[key]) for key in ("logical_id", "property") if event.get(key))
    rolled_back = event.get("rolled_back") or []
    undone = f" ({len(rolled_back)} resources rolled back)" if rolled_back else ""
    return f"{place}: {event['message']}{undone}" if place else f"{event['message']}{undone}"
