"""One file per resource type. The folder is the list; a test holds each file to `Resource`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast, runtime_checkable

from harness.stack.properties import Properties, Shape


@dataclass(frozen=True)
class Created:
    """physical_id: what `Ref` answers. attributes: what `Fn::GetAtt` answers."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Resource(Protocol):
    """A resource type. `client` is boto3's client of the service in the middle of TYPE.

    TYPE: "AWS::SQS::Queue". PROPERTIES: all that is handled. ATTRIBUTES: what create() reports.
    """

    TYPE: str
    PROPERTIES: Mapping[str, Shape]
    ATTRIBUTES: frozenset[str]

    def create(self, client: Any, properties: Properties, name: str) -> Created:
        """Create the resource with one call; `name` is for those the template does not name."""
        ...

    def read(self, client: Any, physical_id: str, properties: Properties) -> Properties:
        """Return what AWS holds, in the shape of PROPERTIES."""
        ...

    def delete(self, client: Any, physical_id: str, properties: Properties) -> None: ...


@runtime_checkable
class Configured(Protocol):
    """A resource that takes further calls once it exists."""

    def configure(self, client: Any, physical_id: str, properties: Properties) -> None: ...


@cache
def by_type() -> dict[str, Resource]:
    """Return every resource type in this folder."""
    modules = (
        cast("Resource", importlib.import_module(f"{__name__}.{found.name}"))
        for found in pkgutil.iter_modules(__path__)
    )
    return {module.TYPE: module for module in modules}


def service(resource_type: str) -> str:
    """Return boto3's name of the service that "AWS::SQS::Queue" belongs to: "sqs"."""
    return resource_type.split("::")[1].lower()
