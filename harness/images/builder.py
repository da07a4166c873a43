"""Have the engine build an image, and follow what it says."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from docker import APIClient, DockerClient
from docker.errors import APIError

from harness.images import context
from harness.images.architecture import Architecture
from harness.images.build_failure import explain
from harness.images.engine import answering
from harness.images.errors import ImageError
from harness.images.following import Following, Say

_BUILDKIT, _FIRST = "2", "1"
_WANTS_CREDENTIALS = "no active session"


@dataclass(frozen=True, slots=True)
class Order:
    """An image to be built: what it will be called, and from what.

    arguments: of the Dockerfile; an image among them has a name, BuildKit finds none by its ID.
    labels: added in one instruction; with each of its own, as the engine would do it, some builders
    take seconds more. anew: no step of earlier builds is used.
    """

    reference: str
    files: context.Files
    dockerfile: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    anew: bool = False


class Builder:
    """client: of the engine. say: takes each step as it begins."""

    def __init__(self, client: DockerClient, architecture: Architecture, say: Say) -> None:
        self._client = client
        self._platform = None if _native(client, architecture) else architecture.platform
        self._say = say

    def build(self, order: Order) -> None:
        """Build and name the image.

        BuildKit asks its caller before it uses a registry that wants to know who pulls, be it
        nobody. The engine's first builder answers that itself, so it then does the work.

        Raises `ImageError`; no container is left then, and finished steps serve the next try.
        """
        followed = self._attempt(order, _BUILDKIT)
        if _WANTS_CREDENTIALS in followed.failure:
            followed = self._attempt(order, _FIRST)
        if followed.failure:
            output = "".join(f"\n  {line}" for line in followed.output)
            reason = explain(followed.failure, output)
            raise ImageError(f"{order.reference} cannot be built: {reason}{output}")

    def _attempt(self, order: Order, version: str) -> Following:
        """Read the engine's answer to its end, which frees the connection."""
        followed = Following(lambda step: self._say(f"{order.reference}: {step}"))
        with (
            context.archived(order.files, {order.dockerfile: _labelled(order)}) as archive,
            answering(f"while it built {order.reference}"),
        ):
            try:
                for event in self._events(order, archive, version):
                    followed.take(event)
            except APIError as error:
                followed.failure = error.explanation or str(error)
        return followed

    def _events(self, order: Order, archive: IO[bytes], version: str) -> Iterable[dict[str, Any]]:
        with _asking_for(version, self._client.api):
            events: Iterable[dict[str, Any]] = self._client.api.build(
                fileobj=archive,
                custom_context=True,
                dockerfile=order.dockerfile,
                tag=order.reference,
                buildargs=dict(order.arguments),
                platform=self._platform,
                nocache=order.anew,
                rm=True,
                forcerm=True,
                decode=True,
            )
        return events


@contextlib.contextmanager
def _asking_for(version: str, api: APIClient) -> Iterator[None]:
    """Have requests name the builder: the SDK has no argument for it, the engine a parameter."""
    api.params["version"] = version
    try:
        yield
    finally:
        del api.params["version"]


def _labelled(order: Order) -> str:
    text = order.files[order.dockerfile].read_text()
    pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in order.labels.items())
    return f"{text}\nLABEL {pairs}\n" if pairs else text


def _native(client: DockerClient, architecture: Architecture) -> bool:
    return bool(client.version()["Arch"] == architecture.engine)
