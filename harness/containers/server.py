"""A server in a container of its own: started with Testcontainers, followed by a thread.

Its port is published on 127.0.0.1 only. It bears our labels, so whatever becomes of this process,
the next one removes it; Testcontainers' own reaper is an image that may not be there.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.containers.ownership import Owner
from harness.containers.refusals import reported
from harness.containers.supply import TIMEOUT_S
from harness.errors import EnvironmentFailedError
from harness.images.build_failure import explain
from harness.reserved_port import HOST
from harness.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

    from harness.images.store import Stored

_LINES_SHOWN = 4
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LOG = {"max-size": "10m", "max-file": "2"}


@dataclass(frozen=True, slots=True)
class Order:
    """A server to be started.

    title: as users know it. port: it listens on. published: where on 127.0.0.1, 0 for any free
    port. listens: what its log has from the start until it listens, "." for line ends too.
    tmpfs: options by directory.
    """

    title: str
    image: Stored
    port: int
    listens: str
    published: int = 0
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    tmpfs: Mapping[str, str] = field(default_factory=dict)


class ServerContainer:
    """name: of the container, for whoever looks for it with other tools."""

    def __init__(self, docker_host: str, order: Order) -> None:
        self._docker_host = docker_host
        self._order = order
        self.name = f"harness-{order.image.name}-{secrets.token_hex(4)}"
        self._container: DockerContainer | None = None
        self._attendant: threading.Thread | None = None
        self._output = ""
        self._listening: Future[None] = Future()
        self._end: Future[int] = Future()
        for future in (self._listening, self._end):
            future.set_running_or_notify_cancel()  # who gives up awaiting it cannot cancel it

    async def start(self, timeout: float) -> int:
        """Return the port of 127.0.0.1 where it listens by now.

        timeout: seconds. Raises `EnvironmentFailedError` with its last output when it ends instead.
        """
        await uninterrupted(self._run)
        try:
            async with asyncio.timeout(timeout):
                await asyncio.wrap_future(self._listening)
        except TimeoutError:
            raise EnvironmentFailedError(
                f"{self._order.title} did not listen after {timeout:g} s; look at the Docker "
                f"service, and whether the machine is busy; it said: {_last_words(self._output)}"
            ) from None
        return await uninterrupted(self._published_port)

    async def ended(self) -> int:
        """Return its exit status once it is gone by itself.

        Raises `EnvironmentFailedError` when it is the engine that is gone.
        """
        return await asyncio.wrap_future(self._end)

    async def stop(self) -> None:
        """Remove it. What a silent engine does not remove now has our labels, and goes later."""
        with contextlib.suppress(EnvironmentFailedError):
            await uninterrupted(self._remove)

    def describe(self) -> dict[str, str]:
        """Return what it is, for `harness status`."""
        image = self._order.image
        return {
            "kind": "container",
            "container": self.name,
            "image": image.reference,
            "id": image.id,
        }

    def _run(self) -> None:
        title = self._order.title
        with reported(f"the container of {title} cannot be started", f"while {title} started"):
            self._container = _container(self._docker_host, self._order, self.name)
            self._container.start()
        self._attendant = threading.Thread(target=self._attend, name=self.name, daemon=True)
        self._attendant.start()

    def _published_port(self) -> int:
        assert self._container is not None
        with reported(f"{self._order.title} cannot be reached", "while its port was asked"):
            port: int = self._container.get_exposed_port(self._order.port)
        return port

    def _attend(self) -> None:
        """Follow it to its end, in a thread of its own: no shutdown has to wait for that."""
        title = self._order.title
        try:
            with reported(f"{title} cannot be followed", f"while {title} ran"):
                self._follow_until_it_listens()
                status = self._status()
        except Exception as error:
            self._fail(error)
            return
        if not self._listening.done():
            self._listening.set_exception(_early_end(title, status, self._output))
        self._end.set_result(status)

    def _follow_until_it_listens(self) -> None:
        assert self._container is not None
        log = self._container.get_wrapped_container().logs(stream=True, follow=True)
        for piece in log:
            self._output += piece.decode(errors="replace")
            if re.search(self._order.listens, self._output, re.DOTALL):
                self._listening.set_result(None)
                log.close()
                break
        for _ in log:  # to its end, which frees the connection
            pass

    def _status(self) -> int:
        """Return its exit status once it has one."""
        assert self._container is not None
        return int(self._container.wait())

    def _fail(self, error: Exception) -> None:
        if not self._listening.done():
            self._listening.set_exception(error)
        self._end.set_exception(error)

    def _remove(self) -> None:
        if self._container is None:
            return
        from docker.errors import NotFound

        title = self._order.title
        with (
            reported(f"the container of {title} cannot be removed", f"while {title} was removed"),
            contextlib.suppress(NotFound),  # somebody was quicker
        ):
            self._container.stop()
        if self._attendant is not None:
            self._attendant.join()


def _container(docker_host: str, order: Order, name: str) -> DockerContainer:
    """Return what Testcontainers starts, with its settings made in code: docs/containers.md."""
    from docker.types import LogConfig
    from testcontainers.core.config import ConnectionMode, testcontainers_config
    from testcontainers.core.container import DockerContainer

    testcontainers_config.ryuk_disabled = True
    testcontainers_config.connection_mode_override = ConnectionMode.docker_host
    testcontainers_config.hub_image_name_prefix = ""
    environment = {"DOCKER_HOST": docker_host}
    container = DockerContainer(
        order.image.id, docker_client_kw={"environment": environment, "timeout": TIMEOUT_S}
    )
    container.ports = {f"{order.port}/tcp": (HOST, order.published or None)}
    container.tmpfs = dict(order.tmpfs)
    return (
        container.with_name(name)
        .with_command(list(order.command))
        .with_envs(**order.environment)
        .with_kwargs(
            labels=Owner.ours().labels(),
            log_config=LogConfig(type=LogConfig.types.JSON, config=_LOG),
            network="bridge",
            security_opt=["no-new-privileges"],
        )
    )


def _early_end(title: str, status: int, output: str) -> EnvironmentFailedError:
    said = explain(_last_words(output))
    return EnvironmentFailedError(
        f"{title} ended with exit code {status} when it started; it said: {said}"
    )


def _last_words(output: str) -> str:
    lines = (line.strip() for line in _COLOURS.sub("", output).splitlines())
    return " | ".join([line for line in lines if line][-_LINES_SHOWN:]) or "nothing"
