"""Have the engine build an image, and follow what it says."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from docker import DockerClient
from docker.errors import APIError

from harness.images import context
from harness.images.architecture import Architecture
from harness.images.build_failure import explain
from harness.images.engine import answering
from harness.images.errors import ImageError

_KEPT_LINES = 12
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STEP = re.compile(r"Step \d+/\d+ : ")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """An image to be built: what it will be called, and from what.

    arguments: of the Dockerfile. labels: added in one instruction; with each of its own, as the
    engine would do it, some builders take seconds more. anew: no step of earlier builds is used.
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

        Raises `ImageError`; no container is left then, and finished steps serve the next try.
        """
        texts = {order.dockerfile: _labelled(order)}
        with (
            context.archived(order.files, texts) as archive,
            answering(f"while it built {order.reference}"),
        ):
            try:
                self._follow(order, self._events(order, archive))
            except APIError as error:
                message = explain(error.explanation or str(error))
                raise ImageError(f"{order.reference} cannot be built: {message}") from error

    def _events(self, order: Order, archive: IO[bytes]) -> Iterable[dict[str, Any]]:
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

    def _follow(self, order: Order, events: Iterable[dict[str, Any]]) -> None:
        """Read the answer to its end, which frees the connection; then raise what failed."""
        recent: deque[str] = deque(maxlen=_KEPT_LINES)
        failure = ""
        for event in events:
            failure = event.get("error", failure)
            if text := _COLOURS.sub("", event.get("stream", "")).strip():
                recent.append(text)
                if _STEP.match(text):
                    self._say(f"{order.reference}: {text}")
        if failure:
            output = "\n".join(f"  {line}" for line in recent)
            reason = explain(failure, output)
            raise ImageError(f"{order.reference} cannot be built: {reason}\n{output}")


def _labelled(order: Order) -> str:
    text = order.files[order.dockerfile].read_text()
    pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in order.labels.items())
    return f"{text}\nLABEL {pairs}\n" if pairs else text


def _native(client: DockerClient, architecture: Architecture) -> bool:
    return bool(client.version()["Arch"] == architecture.engine)
