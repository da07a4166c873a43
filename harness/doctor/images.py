"""Can the images of containers be had here, and how? Only the container runtime needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.doctor.finding import Checkup, Finding, Level
from harness.images import debian, engine
from harness.images.architecture import X86_64
from harness.images.bases import LAMBDA, PUBLIC
from harness.images.errors import EngineError

if TYPE_CHECKING:
    from docker import DockerClient

_BUILD = "run `harness images build`"
_TIMEOUT_S = 5.0


def check(checkup: Checkup) -> Iterator[Finding]:
    try:
        client = engine.connect(checkup.settings.docker_host, _TIMEOUT_S)
        yield _present(client)
        yield _way(_refusal(client), debian.missing())
    except EngineError as error:
        yield Finding(Level.WARNING, "images", f"not looked at: {error}")


def _present(client: DockerClient) -> Finding:
    from harness.images.store import ImageStore

    store = ImageStore(client)
    missing = [base.name for base in PUBLIC if store.chosen(base, X86_64) is None]
    if missing:
        return Finding(Level.WARNING, "images", f"not there yet: {', '.join(missing)}", _BUILD)
    return Finding(Level.OK, "images", f"{', '.join(base.name for base in PUBLIC)} are there")


def _refusal(client: DockerClient) -> str:
    from harness.images import registry

    try:
        return registry.refusal(client, LAMBDA.public)
    except EngineError as error:  # a registry that says nothing; the engine itself answered before
        return str(error)


def _way(refusal: str, missing: list[str]) -> Finding:
    """Return how images come here. refusal: of the registry, "" when it answers."""
    if not refusal:
        return Finding(Level.OK, "registry", "answers; images are pulled")
    if missing:
        detail = f"cannot be used ({refusal}), and packages to build images with are missing"
        return Finding(Level.WARNING, "registry", detail, f"install {', '.join(missing)}")
    detail = "cannot be used; images are built from Debian and Python packages"
    return Finding(Level.OK, "registry", detail)
