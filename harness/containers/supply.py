"""What has to be there before the first container is started: an engine, and images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.containers.refusals import reported
from harness.errors import EnvironmentFailedError
from harness.images.architecture import X86_64
from harness.images.bases import Base
from harness.images.engine import connect
from harness.images.errors import EngineError

if TYPE_CHECKING:
    from docker import DockerClient

    from harness.images.store import Stored

TIMEOUT_S = 60.0
"""How long an engine may say nothing: it makes, starts and removes in less than a second."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Supply:
    """docker_host: address of an engine that answers; images: what stands for each base there."""

    docker_host: str
    images: Mapping[Base, Stored]


def gather(docker_host: str, bases: Sequence[Base]) -> Supply:
    """Return what containers can be started from, once nothing is left of ended processes.

    Blocks. Raises `EnvironmentFailedError` when the engine cannot be used, or when it lacks images.
    """
    _demand_ours(docker_host)
    client = _connected(docker_host)
    from harness.containers.reaper import reap

    try:
        with reported("containers cannot be prepared", "while it was looked at"):
            reap(client)
            return Supply(docker_host, _images(client, bases))
    finally:
        client.close()


def _connected(docker_host: str) -> DockerClient:
    try:
        return connect(docker_host, TIMEOUT_S)
    except EngineError as error:
        raise EnvironmentFailedError(str(error)) from error


def _demand_ours(docker_host: str) -> None:
    """Raise unless the engine's 127.0.0.1, where its containers will be reached, is ours."""
    address = urlsplit(docker_host)
    if address.scheme != "unix" and address.hostname not in _LOOPBACK:
        raise EnvironmentFailedError(
            f"the engine at {docker_host} is on another machine, whose ports on 127.0.0.1 cannot "
            "be reached from here; set DOCKER_HOST to one on this machine"
        )


def _images(client: DockerClient, bases: Sequence[Base]) -> dict[Base, Stored]:
    from harness.images.store import ImageStore

    store = ImageStore(client)
    found = {base: image for base in bases if (image := store.chosen(base, X86_64))}
    if missing := [base.name for base in bases if base not in found]:
        names = " ".join(missing)
        raise EnvironmentFailedError(
            f"the engine has no image for: {', '.join(missing)}; run `harness images build {names}`"
        )
    return found
