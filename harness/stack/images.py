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

    functions: resolved properties and Metadata of each function. directory: the template's.
    """
    return {
        _repository(str(properties["Code"]["ImageUri"])): {
            "context": str((directory / str(metadata["DockerContext"])).resolve()),
            "dockerfile": metadata.get("Dockerfile", "Dockerfile"),
            "command": properties.get("ImageConfig", {}).get("Command", []),
        }
        for properties, metadata in functions
        if "ImageUri" in properties.get("Code", {}) and "DockerContext" in metadata
    }


def _repository(image_uri: str) -> str:
    """Return "team/processor" of "123456789012.dkr.ecr.….com/team/processor:v1" or "…@sha256:…"."""
    path = image_uri.partition("/")[2] or image_uri
    return path.partition("@")[0].partition(":")[0]
