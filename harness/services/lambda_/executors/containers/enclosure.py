"""The containers of one sandbox, one after the other, in a pod that outlives them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.types import LogConfig, Mount, Ulimit

from harness.services.lambda_.executors.containers.container import Container
from harness.services.lambda_.executors.containers.engine import Engine
from harness.services.lambda_.executors.containers.limits import USER, limits_of
from harness.services.lambda_.executors.containers.multiplexed import (
    TELEMETRY_DESCRIPTOR,
    Multiplexed,
)
from harness.services.lambda_.executors.containers.pod import Pod
from harness.services.lambda_.executors.layout import TASK_ROOT
from harness.services.lambda_.executors.memory_watch import MemoryWatch
from harness.services.lambda_.executors.share import FILES, PROCESSES
from harness.services.lambda_.function import Function
from harness.services.lambda_.output import Output
from harness.services.lambda_.runtime_api import Listening


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sandboxes use; labels: of all that is made; cores: of the engine's machine."""

    engine: Engine
    watch: MemoryWatch
    labels: Mapping[str, str]
    cores: int


class Enclosure:
    """image: by its ID; code: a directory to be had at /var/task, None for what the image has."""

    variables: Mapping[str, str] = {}

    def __init__(
        self, shared: Shared, function: Function, image: str, code: Path | None, pod: Pod
    ) -> None:
        self.task_root = TASK_ROOT
        self._shared = shared
        self._function = function
        self._image = image
        self._code = code
        self._pod = pod
        self._limits = limits_of(function, shared.cores)

    def runtime_api(self) -> Listening | None:
        return Listening(*self._pod.runtime_api)

    async def start(self, handler: str, variables: dict[str, str], output: Output) -> Container:
        shared, name = self._shared, f"lambda-{self._function.name}-{secrets.token_hex(6)}"[:128]
        telemetry = {"_LAMBDA_TELEMETRY_LOG_FD": str(TELEMETRY_DESCRIPTOR)}
        container = Container(
            shared.engine, name, self._function.memory_mb, self._limits, shared.watch
        )
        try:
            stream = await shared.engine.ask(self._make, name, handler, {**variables, **telemetry})
            output.follow(stream, Multiplexed(), container.output_ended)
            await shared.engine.ask(shared.engine.client.start, name)
        except BaseException:
            await container.kill()
            raise
        container.started()
        return container

    async def remove(self) -> None:
        await self._pod.close()

    def _make(self, name: str, handler: str, variables: dict[str, str]) -> int:
        """Create the container; return a descriptor of what it will write."""
        client, config = self._shared.engine.client, self._function.image_config
        client.create_container(
            self._image,
            name=name,
            entrypoint=list(config.entry_point) or None,
            command=self._command(handler),
            working_dir=config.working_directory or None,
            environment=variables,
            user=USER,
            labels=dict(self._shared.labels),
            host_config=client.create_host_config(**self._host_config()),
        )
        return self._shared.engine.output(name)

    def _command(self, handler: str) -> list[str] | None:
        """Return the command, None for the image's; an engine forgets that with an entry point."""
        config = self._function.image_config
        if config.command or handler:
            return list(config.command) or [handler]
        if not config.entry_point:
            return None
        image = self._shared.engine.client.inspect_image(self._image)
        return image["Config"]["Cmd"] or []

    def _host_config(self) -> dict[str, Any]:
        code = [Mount(str(TASK_ROOT), str(self._code), "bind", read_only=True)]
        return {
            "network_mode": self._pod.network,
            "mounts": [self._pod.temporary, *(code if self._code else [])],
            "read_only": True,
            "mem_limit": self._limits.memory_bytes,
            "memswap_limit": self._limits.memory_bytes,
            "pids_limit": PROCESSES,
            "ulimits": [_both("nofile", FILES), _both("core", 0)],
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges"],
            "ipc_mode": "none",  # no /dev/shm, as on Lambda
            "init": True,  # process 1 is the platform's, as on Lambda
            "log_config": LogConfig(type="none"),
        }


def _both(name: str, limit: int) -> Ulimit:
    return Ulimit(name=name, soft=limit, hard=limit)
