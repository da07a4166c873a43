"""The spellings of tags: [{"Key": k, "Value": v}], {k: v} and EC2's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape

TAGS: Shape = SetOf({"Key": Leaf.VALUE, "Value": Leaf.VALUE})


def as_map(tags: list[dict[str, Any]] | None) -> dict[str, str]:
    return {tag["Key"]: str(tag["Value"]) for tag in tags or []}


def as_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def specification(kind: str, properties: Properties) -> list[dict[str, Any]] | None:
    """Return EC2's spelling of the tags of a new resource, None when there are none."""
    tags = properties.get("Tags")
    return [{"ResourceType": kind, "Tags": tags}] if tags else None
