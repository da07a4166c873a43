"""The description of one AWS service: operations, shapes, constraints (botocore's data file)."""

from __future__ import annotations

import functools
import gzip
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

Shape = Mapping[str, Any]


class Model:
    """Operations and shapes by AWS's names; `metadata` as botocore has it."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.metadata: Mapping[str, Any] = description["metadata"]
        self.operations: Mapping[str, Any] = description["operations"]
        self.shapes: dict[str, Shape] = description["shapes"]
        self._exceptions: dict[str, str] = {
            str(shape.get("error", {}).get("code", name)): name
            for name, shape in self.shapes.items()
            if shape.get("exception")
        }

    def input_shape(self, operation: str) -> str:
        """Return the name of the shape of an operation's request; "" when it has none."""
        name: str = self.operations[operation].get("input", {}).get("shape", "")
        return name

    def output_shape(self, operation: str) -> str:
        """Return the name of the shape of an operation's result; "" when it has none."""
        name: str = self.operations[operation].get("output", {}).get("shape", "")
        return name

    def exception(self, code: str) -> str:
        """Return the name of the exception whose code in the query protocol is `code`."""
        return self._exceptions.get(code, code)


@functools.cache
def load(service: str) -> Model:
    """Return the newest model of a service by botocore's name of it (some 10 ms, once)."""
    spec = importlib.util.find_spec("botocore")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    versions = Path(spec.submodule_search_locations[0]) / "data" / service
    file = max(versions.iterdir()) / "service-2.json.gz"
    description = orjson.loads(gzip.decompress(file.read_bytes()))
    for shape in description["shapes"].values():
        _forget_documentation(shape)
    return Model(description)


def _forget_documentation(shape: dict[str, Any]) -> None:
    """Drop what is most of the file and needed by nobody here."""
    shape.pop("documentation", None)
    for member in shape.get("members", {}).values():
        member.pop("documentation", None)
