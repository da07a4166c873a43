"""Which code stands for a container image when there is no Docker.

SAM names, in a function's Metadata, what an image is built from: `DockerContext` and `Dockerfile`.
The context is the code directory and `ImageConfig.Command` the handler.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.stack.properties import Properties

FUNCTION = "AWS::Lambda::Function"


def images(
    functions: Iterable[tuple[Properties, Mapping[str, Any]]], directory: Path
) -> dict[str, dict[str, Any]]:
    """Return {repository name: {"context", "dockerfile", "command"}}.

    functions: resolved properties and Metadata of each function; of several with one image the
    first decides. directory: the template's.
    """
    found: dict[str, dict[str, Any]] = {}
    for properties, metadata in functions:
        if "ImageUri" in properties.get("Code", {}) and "DockerContext" in metadata:
            repository = _repository(str(properties["Code"]["ImageUri"]))
            found.setdefault(repository, _source(properties, metadata, directory))
    return found


def _source(properties: Properties, metadata: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    return {
        "context": str((directory / str(metadata["DockerContext"])).resolve()),
        "dockerfile": metadata.get("Dockerfile", "Dockerfile"),
        "command": properties.get("ImageConfig", {}).get("Command", []),
    }


def _repository(image_uri: str) -> str:
    """Return "team/processor" of "123456789012.dkr.ecr.….com/team/processor:v1" or "…@sha256:…"."""
    path = image_uri.partition("/")[2] or image_uri
    return path.partition("@")[0].partition(":")[0]
