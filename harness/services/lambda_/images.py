"""The images of functions: what an image URI stands for where there are no containers.

An image is known by the name of its repository, and stands for the directory that it is built from
(docs/services/lambda.md). Where there are containers it is the image (`executors/containers`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.services.lambda_.function import Function
from harness.services.lambda_.refusal import invalid, not_emulated

_ENTRY_POINTS = (["/lambda-entrypoint.sh"], ["python", "-m", "awslambdaric"])
_REPOSITORY = re.compile(r"^(?:[^/]+[.:][^/]*/)?(?P<name>[^:@]+)")


class Images(Protocol):
    def check(self, config: Mapping[str, Any]) -> None:
        """Raise `AwsError` for an ImageConfig that cannot be followed."""
        ...

    async def digest(self, uri: str) -> str:
        """Return what identifies the image called `uri` now, hexadecimal.

        Raises `AwsError` when there is none.
        """
        ...

    def locate(self, function: Function) -> tuple[Path, str]:
        """Return (task root, handler) of a function of an image; "" is the image's own handler."""
        ...


@dataclass(frozen=True, slots=True)
class ImageSource:
    """context: the directory an image is built from; command: its default handler, if any."""

    context: Path
    command: tuple[str, ...]


class SourceDirectories:
    """sources: by repository name, filled once the template is known."""

    def __init__(self, sources: Mapping[str, ImageSource]) -> None:
        self._sources = sources

    def check(self, config: Mapping[str, Any]) -> None:
        """Without containers the runtime client is the only entry point there is."""
        entry_point = config.get("EntryPoint")
        if entry_point and entry_point not in _ENTRY_POINTS:
            raise not_emulated(f"the entry point {' '.join(entry_point)} without containers")
        if config.get("WorkingDirectory") not in (None, "", "/var/task"):
            raise not_emulated("a WorkingDirectory other than /var/task without containers")

    async def digest(self, uri: str) -> str:
        self._source(uri)
        return hashlib.sha256(uri.encode()).hexdigest()

    def locate(self, function: Function) -> tuple[Path, str]:
        source = self._source(function.image_uri)
        return source.context, function.handler or next(iter(source.command), "")

    def _source(self, uri: str) -> ImageSource:
        repository = repository_name(uri)
        if repository not in self._sources:
            known = ", ".join(sorted(self._sources)) or "none"
            raise invalid(
                f"Source image {uri} does not exist. Provide a valid source image. "
                f"(Repositories known to this environment: {known})"
            )
        return self._sources[repository]


def repository_name(uri: str) -> str:
    """Return the repository of an image URI, without registry, tag and digest."""
    match = _REPOSITORY.match(uri)
    return match["name"] if match else uri
