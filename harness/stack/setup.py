"""Commands that a deployment would run once the resources they need exist (pure).

`Metadata.Harness.Setup` lists `{Command, Variables, DependsOn}`; without DependsOn a command waits
for all resources.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from harness.stack.errors import TemplateError

_PLACE = "Metadata.Harness"
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "Command": list,
    "DependsOn": (str, list),
    "Variables": Mapping,
}

Item = Mapping[str, Any]


def items(section: Any, resources: Collection[str]) -> Sequence[Item]:
    """Return the commands in `section`, with intrinsic functions as they are.

    Raises `TemplateError` for what is no command, or depends on what is not created.
    """
    found = section.get("Setup", []) if isinstance(section, Mapping) else section
    if not isinstance(section, Mapping) or not isinstance(found, list):
        raise TemplateError("is not a list", logical_id=_PLACE, property_path="Setup")
    for item in found:
        for problem in _problems(item, resources):
            raise TemplateError(problem, logical_id=_PLACE, property_path="Setup")
    return found


def _problems(item: Any, resources: Collection[str]) -> Iterator[str]:
    if not isinstance(item, Mapping) or not item.get("Command"):
        yield "an item has a Command"
        return
    for member, value in item.items():
        if not isinstance(value, _KINDS.get(member, ())):
            yield f"{member} is not one of Command, DependsOn, Variables, or has another type"
            return
    for name in sorted(map(str, _named(item) - set(resources))):
        yield f"DependsOn: there is no resource {name}"


def due(
    items: Sequence[Item], resources: Collection[str], existing: Collection[str], last: str
) -> list[Item]:
    """Return the items that became due when `last` was created; `existing` includes it."""
    needs = [(item, _named(item) or set(resources)) for item in items]
    return [item for item, names in needs if last in names and names <= set(existing)]


def _named(item: Item) -> set[Any]:
    named = item.get("DependsOn", [])
    return {named} if isinstance(named, str) else set(map(str, named))
