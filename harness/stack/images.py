"""What container images are built from, and which code stands for one when there is no Docker.

SAM names it in a function's Metadata: `DockerContext`, `Dockerfile` and `DockerTag`. Without Docker
the context is the code directory and `ImageConfig.Command` the handler.
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
    """Return {repository name: {"reference", "context", "dockerfile", "command", "architecture"}}.

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
    uri, tag = str(properties["Code"]["ImageUri"]), str(metadata.get("DockerTag", "latest"))
    return {
        "reference": _reference(uri, tag),
        "context": str((directory / str(metadata["DockerContext"])).resolve()),
        "dockerfile": metadata.get("Dockerfile", "Dockerfile"),
        "command": properties.get("ImageConfig", {}).get("Command", []),
        "architecture": next(iter(properties.get("Architectures", [])), "x86_64"),
    }


def _repository(image_uri: str) -> str:
    """Return "team/processor" of "123456789012.dkr.ecr.….com/team/processor:v1" or "…@sha256:…"."""
    path = image_uri.partition("/")[2] or image_uri
    return path.partition("@")[0].partition(":")[0]


def _reference(image_uri: str, tag: str) -> str:
    """Return what a build is called: the URI, with `tag` where it has none, without a digest."""
    name = image_uri.partition("@")[0]
    return name if ":" in name.rpartition("/")[2] else f"{name}:{tag}"
