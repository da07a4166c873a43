"""Commands that a deployment would run once the resources they need exist (pure).

`Metadata.Harness.Setup` lists `{Command, Variables, DependsOn}`; without DependsOn a command waits
for all resources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from harness.stack.errors import TemplateError

_PLACE = "Metadata.Harness"
_MEMBERS = {"Command", "DependsOn", "Variables"}

Item = Mapping[str, Any]


def check(items: Sequence[Item], resources: Collection[str]) -> None:
    """Raise `TemplateError` for what is no command, or depends on what is not created."""
    for item in items:
        if not isinstance(item, Mapping) or not item.get("Command") or item.keys() - _MEMBERS:
            problem = f"an item has Command and perhaps {', '.join(sorted(_MEMBERS - {'Command'}))}"
            raise TemplateError(problem, logical_id=_PLACE, property_path="Setup")
        for name in sorted(_needs(item, resources) - set(resources)):
            problem = f"there is no resource {name}"
            raise TemplateError(problem, logical_id=_PLACE, property_path="Setup.DependsOn")


def due(
    items: Sequence[Item], resources: Collection[str], existing: Collection[str], last: str
) -> list[Item]:
    """Return the items that became due when `last` was created; `existing` includes it."""
    return [
        item
        for item in items
        if last in _needs(item, resources) and _needs(item, resources) <= set(existing)
    ]


def _needs(item: Item, resources: Collection[str]) -> set[str]:
    named = item.get("DependsOn", list(resources))
    return {named} if isinstance(named, str) else set(named)
