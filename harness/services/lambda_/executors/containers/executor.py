"""Sandboxes as containers of a Docker engine, each in a pod of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient

from harness.containers.ownership import Owner
from harness.containers.refusals import reported
from harness.containers.supply import TIMEOUT_S
from harness.errors import AwsError, EnvironmentFailedError
from harness.images.engine import connect
from harness.services.lambda_.execution import Reachable
from harness.services.lambda_.executors.containers.enclosure import Enclosure, Shared
from harness.services.lambda_.executors.containers.engine import Engine
from harness.services.lambda_.executors.containers.images import Images
from harness.services.lambda_.executors.containers.limits import USER
from harness.services.lambda_.executors.containers.pod import Ground
from harness.services.lambda_.executors.containers.pods import Pods
from harness.services.lambda_.executors.containers.ways import Ways
from harness.services.lambda_.executors.layout import TASK_ROOT
from harness.services.lambda_.executors.memory_watch import INTERVAL_S, MemoryWatch
from harness.services.lambda_.executors.share import FILES, PROCESSES
from harness.services.lambda_.function import Function
from harness.state import State


@dataclass(frozen=True, slots=True)
class _Stage:
    """What there is once the executor is prepared."""

    images: Images
    shared: Shared
    ways: Ways
    pods: Pods


class ContainerExecutor:
    """docker_host: address of the engine, which must run on this machine."""

    def __init__(self, state: State, docker_host: str) -> None:
        self._state = state
        self._docker_host = docker_host
        self._watch = MemoryWatch()
        self._prepared: _Stage | None = None

    @property
    def _stage(self) -> _Stage:
        assert self._prepared is not None
        return self._prepared

    async def prepare(self, reachable: Reachable) -> None:
        """Open the ways out and have the first pod made."""
        reachable.demand_loopback("--runtime docker")
        client, cores = await asyncio.to_thread(self._connected)
        engine = Engine(self._docker_host, client.api)
        images = Images(engine, client)
        labels = Owner.ours().labels()
        ways = await self._ways(reachable)
        pods = Pods(Ground(engine, ways, await images.base(), labels))
        self._prepared = _Stage(images, Shared(engine, self._watch, labels, cores), ways, pods)
        pods.make_ahead()

    def _connected(self) -> tuple[DockerClient, int]:
        """Return a client of the engine, and how many cores that has."""
        with reported("functions cannot be run in containers", "while it was looked at"):
            client = connect(self._docker_host, TIMEOUT_S)
            return client, client.info()["NCPU"]

    async def _ways(self, reachable: Reachable) -> Ways:
        streams = (reachable.endpoint_port, reachable.database.port)
        ways = Ways(self._state.private_directory(), streams, [reachable.daemon_port])
        await ways.open()
        return ways

    def nowhere(self) -> str:
        return f"http://127.0.0.1:{self._stage.ways.black_hole_port}"

    def check(self, config: Mapping[str, Any]) -> None:
        """Accept any: an engine follows them all."""

    async def digest(self, uri: str) -> str:
        return await self._stage.images.digest(uri)

    def locate(self, function: Function) -> tuple[Path, str]:
        return TASK_ROOT, function.handler

    async def enclose(self, function: Function, task_root: Path, directory: Path) -> Enclosure:
        """Take a pod for the containers of a sandbox; `directory` is not needed."""
        stage = self._stage
        if function.image_uri:
            image, code = f"sha256:{function.image_digest}", None
        else:
            image, code = await stage.images.base(function.runtime), task_root
        pod = await stage.pods.take(function.ephemeral_storage_mb)
        return Enclosure(stage.shared, function, image, code, pod)

    async def ready(self) -> None:
        try:
            await self._stage.pods.ready()
        except AwsError as error:
            raise EnvironmentFailedError(error.message) from error

    async def limits(self) -> dict[str, str]:
        bound = "and memory with /tmp is bounded by a control group"
        return {
            "containers": await self._answering(),
            "function memory": f"enforced: looked at every {INTERVAL_S * 1000:.0f} ms, {bound}",
            "function CPU share": "enforced after init: 1769 MB are one core",
            "size of /tmp": "enforced",
            "read-only root, code at /var/task": "enforced",
            "file descriptors": f"enforced: {FILES}",
            "processes and threads": f"enforced: {PROCESSES}",
            "user of its own": f"enforced: {USER}, without capabilities",
            "network": "enforced: a function reaches the endpoint and the database only",
        }

    async def _answering(self) -> str:
        engine = self._stage.shared.engine
        try:
            await engine.ask(engine.client.ping)
        except AwsError as error:
            return f"not started: {error.message}"
        return f"started by the engine at {self._docker_host}"

    async def close(self) -> None:
        self._watch.close()
        if self._prepared is not None:
            await self._stage.pods.close()
            await self._stage.ways.close()
            await self._stage.shared.engine.close()
