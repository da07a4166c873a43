"""What a member of a request may look like, and AWS's words when it does not (pure).

`violations(value, path)` returns the constraints that are not met; a value of another JSON type is
a SerializationException at once, as on AWS. `null` means "not given".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.services.lambda_.refusal import mistyped, violation

_NAMES = {bool: "BOOLEAN", int: "NUMBER", float: "NUMBER", str: "STRING"}


class Shape(Protocol):
    def violations(self, value: Any, path: str) -> list[str]: ...


def _scalar(value: object, wanted: str) -> str:
    found = _NAMES.get(type(value))
    if found is None:
        kind = "list" if isinstance(value, list) else "structure or map"
        return f"Start of {kind} found where not expected."
    return f"{found}_VALUE can not be converted to {wanted}"


@dataclass(frozen=True, slots=True)
class Text:
    """low, high: of its length; choices: all that is allowed, () for anything."""

    pattern: str = ""
    low: int = 0
    high: int | None = None
    choices: tuple[str, ...] = ()

    def violations(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, str):
            raise mistyped(_scalar(value, "a String"))
        return [violation(value, path, broken) for broken in self._broken(value)]

    def _broken(self, value: str) -> list[str]:
        broken = []
        if len(value) < self.low:
            broken.append(f"Member must have length greater than or equal to {self.low}")
        if self.high is not None and len(value) > self.high:
            broken.append(f"Member must have length less than or equal to {self.high}")
        if self.pattern and not re.fullmatch(self.pattern, value):
            broken.append(f"Member must satisfy regular expression pattern: {self.pattern}")
        if self.choices and value not in self.choices:
            broken.append(f"Member must satisfy enum value set: [{', '.join(self.choices)}]")
        return broken


@dataclass(frozen=True, slots=True)
class Number:
    """whole: an integer is wanted, so 1.5 is another type."""

    low: float
    high: float | None = None
    whole: bool = True

    def violations(self, value: Any, path: str) -> list[str]:
        kinds = (int,) if self.whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise mistyped(_scalar(value, "an Integer" if self.whole else "a Double"))
        if value < self.low:
            bound = f"Member must have value greater than or equal to {self.low}"
            return [violation(value, path, bound)]
        if self.high is not None and value > self.high:
            return [
                violation(value, path, f"Member must have value less than or equal to {self.high}")
            ]
        return []


@dataclass(frozen=True, slots=True)
class Truth:
    def violations(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, bool):
            raise mistyped(_scalar(value, "a Boolean"))
        return []


@dataclass(frozen=True, slots=True)
class ListOf:
    member: Shape
    high: int | None = None

    def violations(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, list):
            raise mistyped("Expected list or null")
        found = [
            broken
            for number, member in enumerate(value, start=1)
            for broken in self.member.violations(member, f"{path}.{number}.member")
        ]
        if self.high is not None and len(value) > self.high:
            bound = f"Member must have length less than or equal to {self.high}"
            found.append(violation(f"[{len(value)} members]", path, bound))
        return found


@dataclass(frozen=True, slots=True)
class MapOf:
    """The values are never shown: they may be secrets."""

    value: Shape
    key_pattern: str = ""

    def violations(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            raise mistyped("Expected map or null")
        found = [
            broken
            for key, member in value.items()
            for broken in self.value.violations(member, f"{path}.{key}")
        ]
        bad = [key for key in value if not re.fullmatch(self.key_pattern or ".*", key)]
        if bad:
            rule = f"[Member must satisfy regular expression pattern: {self.key_pattern}]"
            found.append(violation(bad, path, f"Map keys must satisfy constraint: {rule}"))
        return found


@dataclass(frozen=True, slots=True)
class Structure:
    """Members that are not listed are let through: newer SDKs know more of them."""

    members: Mapping[str, Shape] = field(default_factory=dict)
    required: Sequence[str] = ()

    def violations(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            raise mistyped("Expected structure or null")
        prefix = f"{path}." if path else ""
        found: list[str] = []
        for name, shape in self.members.items():
            place = prefix + name[0].lower() + name[1:]
            given = value.get(name)
            if given is not None:
                found += shape.violations(given, place)
            elif name in self.required:
                found.append(violation(None, place, "Member must not be null"))
        return found
