"""What outlives the containers of one sandbox: its network and its `/tmp`.

Both live as long as a container that has them, so a small one of ours holds them. It runs the
harness's own code from a read-only mount and ends with the harness, however that ends.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.types import LogConfig, Mount

import harness
from harness.errors import EnvironmentFailedError
from harness.network import ways_out
from harness.services.lambda_.executors.containers.engine import Engine
from harness.services.lambda_.executors.containers.multiplexed import Multiplexed
from harness.services.lambda_.executors.containers.ways import Ways

_SOCKETS, _CODE = "/run/ways", "/run/code"
_PYTHON = ("python3", "-B", "-m", ways_out.__name__)
_READY_S = 20.0
_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ground:
    """What all pods stand on; image: any with a Python; labels: of all that is made."""

    engine: Engine
    ways: Ways
    image: str
    labels: Mapping[str, str]


class Pod:
    """One sandbox's network and `/tmp` of `storage_mb`."""

    def __init__(self, ground: Ground, storage_mb: int) -> None:
        self.storage_mb = storage_mb
        self.name = f"lambda-sandbox-{secrets.token_hex(6)}"
        self._ground = ground
        self._listener: socket.socket | None = None
        self._alive: asyncio.Server | None = None
        self._saying: asyncio.Future[str] | None = None
        self._holding: asyncio.Future[asyncio.StreamWriter] = asyncio.Future()

    @property
    def network(self) -> str:
        """Return the network mode of a container that joins it."""
        return f"container:{self.name}"

    @property
    def temporary(self) -> Mount:
        return Mount("/tmp", self.name, type="volume", no_copy=True)  # noqa: S108

    @property
    def runtime_api(self) -> tuple[socket.socket, str]:
        """Return a listening socket for a process's Runtime API, and its address inside."""
        assert self._listener is not None
        return self._listener.dup(), f"127.0.0.1:{self._ground.ways.runtime_api_port}"

    async def open(self) -> None:
        """Make it; raises `AwsError`, or `EnvironmentFailedError` when it cannot reach us."""
        engine, ways = self._ground.engine, self._ground.ways
        self._listener = ways.listener(f"{self.name}.api")
        self._alive = await asyncio.start_unix_server(
            self._held, sock=ways.listener(f"{self.name}.alive")
        )
        self._saying = asyncio.ensure_future(_all_said(await engine.ask(self._make)))
        await engine.ask(engine.client.start, self.name)
        await asyncio.wait(
            (self._holding, self._saying), timeout=_READY_S, return_when=asyncio.FIRST_COMPLETED
        )
        if not self._holding.done():
            raise EnvironmentFailedError(self._complaint())

    async def close(self) -> None:
        """Give everything back; the sandbox's last container must be gone."""
        if self._alive is not None:
            self._alive.close()
        if self._holding.done():
            self._holding.result().close()
        if self._listener is not None:
            self._listener.close()
        if self._saying is not None:
            self._saying.cancel()
        engine = self._ground.engine
        await engine.remove(engine.client.remove_container, self.name, force=True)
        await engine.remove(engine.client.remove_volume, self.name, force=True)
        for kind in ("api", "alive"):
            (self._ground.ways.directory / f"{self.name}.{kind}").unlink(missing_ok=True)

    def _held(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._holding.set_result(writer)

    def _make(self) -> int:
        """Create volume and container; return a descriptor of what the container will say."""
        client, ground = self._ground.engine.client, self._ground
        client.create_volume(
            self.name,
            driver="local",
            driver_opts={
                "type": "tmpfs",
                "device": "tmpfs",
                "o": f"size={self.storage_mb}m,mode=1777,nosuid,nodev",
            },
            labels=dict(ground.labels),
        )
        client.create_container(
            ground.image,
            name=self.name,
            entrypoint=list(_PYTHON),
            command=[ground.ways.plan(self.name, _SOCKETS)],
            working_dir=_CODE,
            user=f"{os.getuid()}:{os.getgid()}",
            labels=dict(ground.labels),
            host_config=client.create_host_config(
                network_mode="none",
                mounts=[
                    self.temporary,
                    Mount(_SOCKETS, str(ground.ways.directory), type="bind"),
                    Mount(
                        f"{_CODE}/harness",
                        str(Path(harness.__file__).parent),
                        type="bind",
                        read_only=True,
                    ),
                ],
                read_only=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                mem_limit=_MEMORY,
                pids_limit=16,
                log_config=LogConfig(type="none"),
            ),
        )
        return self._ground.engine.output(self.name)

    def _complaint(self) -> str:
        said = self._saying.result() if self._saying is not None and self._saying.done() else ""
        last = said.rpartition("\n")[2] or "it says nothing"
        return (
            f"the container {self.name} does not reach this machine ({last}); `--runtime docker` "
            "needs an engine that runs on this machine itself: check DOCKER_HOST"
        )


async def _all_said(descriptor: int) -> str:
    """Return what a container said until its end."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    try:
        records = Multiplexed()
        said = list(records.feed(await reader.read()))
        return "\n".join([*said, *records.end()])
    finally:
        writer.close()
