"""Patterns of space-delimited fields: `[ip, user, ..., status=4*, bytes > 1000]` (pure).

What stands in quotes or square brackets in a message is one field. `...` is any number of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.services.logs.patterns.value import Test, comparison

_FIELD = re.compile(r'"((?:[^"\\]|\\.)*)"|\[([^\]\[]*)\]|(\S+)')
_NAME = re.compile(r"\s*([\w.-]+)\s*")
_CONDITION = re.compile(
    r'\s*([\w.-]+)\s*(!=|<=|>=|=|<|>)\s*("(?:[^"\\]|\\.)*"|%[^%]*%|[^\s,&|"]+)\s*(&&|\|\||$)'
)
_SPLIT = re.compile(r'((?:[^,"%]|"(?:[^"\\]|\\.)*"|%[^%]*%)*)(,|$)')


@dataclass(frozen=True, slots=True)
class _Field:
    """alternatives: tests of which all of one have to hold; () for any value."""

    name: str
    alternatives: Sequence[Sequence[Test]] = ()

    def fits(self, value: str) -> bool:
        return not self.alternatives or any(
            all(test(value) for test in tests) for tests in self.alternatives
        )


def compile_fields(text: str) -> Callable[[str], dict[str, str] | None]:
    """Return what names the fields of a message that fits; raises `ValueError`."""
    if not text.endswith("]"):
        raise ValueError("] is missing")
    names = [part.strip() for part in _parts(text[1:-1])]
    if names.count("...") > 1:
        raise ValueError("there is more than one ...")
    gap = names.index("...") if "..." in names else None
    fields = [_field(part, number) for number, part in enumerate(names, 1) if part != "..."]

    def match(message: str) -> dict[str, str] | None:
        values = ["".join(groups) for groups in _FIELD.findall(message)]
        if len(values) < len(fields) or (gap is None and len(values) != len(fields)):
            return None
        if gap is not None:
            after = len(fields) - gap
            values = values[:gap] + values[len(values) - after :]
        if not all(field.fits(value) for field, value in zip(fields, values, strict=True)):
            return None
        return {f"${field.name}": value for field, value in zip(fields, values, strict=True)}

    return match


def _parts(text: str) -> list[str]:
    parts, position = [], 0
    while True:
        found = _SPLIT.match(text, position)
        if not found:
            raise ValueError("a quote is not closed")
        parts.append(found[1])
        if not found[2]:
            return parts
        position = found.end()


def _field(part: str, number: int) -> _Field:
    if not part:
        return _Field(str(number))
    if found := _NAME.fullmatch(part):
        return _Field(found[1])
    alternatives: list[list[Test]] = [[]]
    name, position = "", 0
    while position < len(part):
        found = _CONDITION.match(part, position)
        if not found or (name and found[1] != name):
            raise ValueError(f"{part[position:].strip()[:40]!r} was not expected")
        name = found[1]
        alternatives[-1].append(comparison(found[2], found[3]))
        if found[4] == "||":
            alternatives.append([])
        position = found.end()
        if found[4] and position >= len(part):
            raise ValueError("a condition is missing")
    return _Field(name, alternatives)
