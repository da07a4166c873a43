"""The images that the engine has of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.errors import APIError, ImageNotFound

from harness.images.architecture import Architecture
from harness.images.bases import PUBLIC, Base
from harness.images.digest import content_digest
from harness.images.errors import ImageError

LABEL = "lambda-pipeline-harness.image"
"""Of every image built here: its name. What is built on one of them inherits it, so also what a
build leaves in the engine to be quick the next time."""


@dataclass(frozen=True, slots=True)
class Stored:
    """id: digest of the configuration, which a registry keeps; size: bytes, all layers."""

    name: str
    reference: str
    id: str
    content_digest: str
    size: int
    architecture: str
    labels: dict[str, str]


class ImageStore:
    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def find(self, reference: str) -> Stored | None:
        """Return the image of that name or ID, None when the engine has none."""
        try:
            attributes: dict[str, Any] = self._client.images.get(reference).attrs
        except ImageNotFound:
            return None
        labels = attributes["Config"].get("Labels") or {}
        return Stored(
            name=labels.get(LABEL) or _name(reference),
            reference=reference,
            id=attributes["Id"],
            content_digest=content_digest(attributes),
            size=attributes["Size"],
            architecture=attributes["Architecture"],
            labels=labels,
        )

    def name(self, reference: str) -> str:
        """Return a name of that image, `reference` itself when it is not an ID.

        Raises `ImageError` when the image has none.
        """
        image = self._client.images.get(reference)
        if not image.id.removeprefix("sha256:").startswith(reference.removeprefix("sha256:")):
            return reference
        if image.tags:
            return str(image.tags[0])
        raise ImageError(f"the image {reference} has no name; give it one with `docker tag`")

    def chosen(self, base: Base, architecture: Architecture) -> Stored | None:
        """Return the image that stands for `base`: the public one where it was pulled, or ours."""
        public = self.find(base.public) if base.public else None
        if public and public.architecture == architecture.engine:
            return public
        return self.find(base.local(architecture))

    def all(self) -> Iterator[Stored]:
        """Yield what was built here and what was pulled instead."""
        for reference in (*self._ours(), *(base.public for base in PUBLIC)):
            if found := self.find(reference):
                yield found

    def named(self, name: str) -> Stored:
        """Return the image with that name, reference or ID; raises `ImageError`."""
        found = next((image for image in self.all() if image.name == name), None)
        if found := found or self.find(name):
            return found
        raise ImageError(f"there is no image {name}; `harness images list` shows which there are")

    def remove(self) -> int:
        """Remove what was built here and what builds left; return how many names are gone.

        Raises `ImageError` when a container still uses one.
        """
        references = self._ours()
        try:
            for reference in references:
                self._client.images.remove(reference)
        except APIError as error:
            raise ImageError(f"{error.explanation}; remove its containers first") from error
        self._client.images.prune(filters={"dangling": True, "label": LABEL})
        return len(references)

    def _ours(self) -> list[str]:
        labelled = self._client.images.list(filters={"label": LABEL})
        return sorted(
            reference
            for image in labelled
            for reference in image.tags
            if is_named(reference, image.labels[LABEL])
        )


def is_named(reference: str, name: str) -> bool:
    """Tell whether the label is the image's own: an image that somebody built on it inherits it."""
    repository = reference.rpartition(":")[0]
    return f"/{repository}".endswith(f"/{name}")


def _name(reference: str) -> str:
    return next((base.name for base in PUBLIC if base.public == reference), reference)
