"""What a resource type handles, and whether AWS holds what was asked for. No I/O.

A shape is drawn like the properties it describes: an object is a dict, a list is `[shape]` when
its order counts and `SetOf(shape)` when not, a dictionary with free keys is `MapOf(shape)`.
What a type does not name is not supported; what it names as `Refused` says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from harness.stack.intrinsics import function_name

Properties = dict[str, Any]


class Leaf(Enum):
    """A value that is taken as it is, whatever it contains."""

    VALUE = auto()
    CASELESS = auto()  # "Prefix" and "prefix" are one
    SECRET = auto()  # compared, never shown
    WRITE_ONLY = auto()  # AWS does not give it back


@dataclass(frozen=True)
class Refused:
    """A property that would be lost. reason: by what, and what to write instead."""

    reason: str


@dataclass(frozen=True)
class SetOf:
    item: Shape


@dataclass(frozen=True)
class MapOf:
    item: Shape


Shape = Leaf | Refused | SetOf | MapOf | list["Shape"] | Mapping[str, "Shape"]


@dataclass(frozen=True)
class Difference:
    """AWS holds something else at `path` ("VersioningConfiguration.Status") than was asked."""

    path: str
    asked: Any
    found: Any
    secret: bool = False

    def __str__(self) -> str:
        if self.secret:
            return "AWS holds another value than the template asks for"
        return f"the template asks for {self.asked!r}, AWS holds {self.found!r}"


def unhandled(value: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, problem) of everything in `value` that `shape` does not provide for.

    Intrinsic functions are passed over: what they stand for is not known yet.
    """
    if isinstance(shape, Refused):
        yield path, shape.reason
    elif isinstance(shape, Leaf) or function_name(value):
        return
    elif isinstance(shape, (SetOf, list)):
        yield from _unhandled_items(value, _item(shape), path)
    elif not isinstance(value, dict):
        yield path, "must be an object"
    elif isinstance(shape, MapOf):
        for key, item in value.items():
            yield from unhandled(item, shape.item, _join(path, key))
    else:
        yield from _unhandled_members(value, shape, path)


def _unhandled_items(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list):
        yield path, "must be a list"
        return
    for index, item in enumerate(value):
        yield from unhandled(item, shape, f"{path}[{index}]")


def _unhandled_members(
    value: Mapping[str, Any], shape: Mapping[str, Shape], path: str
) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        if key in shape:
            yield from unhandled(item, shape[key], _join(path, key))
        else:
            yield _join(path, key), "is not supported here; remove it"


def differences(asked: Any, found: Any, shape: Shape, path: str = "") -> Iterator[Difference]:
    """Yield where `found` is not what was asked; what nobody asked for is not looked at."""
    if isinstance(shape, Leaf):
        if not _equal(asked, found, shape):
            yield Difference(path, asked, found, secret=shape is Leaf.SECRET)
    elif isinstance(shape, (SetOf, list)):
        yield from _item_differences(asked, found, shape, path)
    elif not isinstance(shape, Refused):
        found = found if isinstance(found, dict) else {}
        for key, item in asked.items():
            member = shape.item if isinstance(shape, MapOf) else shape[key]
            yield from differences(item, found.get(key), member, _join(path, key))


def _item_differences(
    asked: list[Any], found: Any, shape: SetOf | list[Shape], path: str
) -> Iterator[Difference]:
    item = _item(shape)
    if not isinstance(found, list) or len(found) != len(asked):
        yield Difference(path, asked, found, secret=_hides(item))
    elif isinstance(shape, list):
        for index, (one, other) in enumerate(zip(asked, found, strict=True)):
            yield from differences(one, other, item, f"{path}[{index}]")
    else:
        for one in asked:
            if all(any(differences(one, other, item)) for other in found):
                yield Difference(path, one, found, secret=_hides(item))


def _item(shape: SetOf | list[Shape]) -> Shape:
    return shape.item if isinstance(shape, SetOf) else shape[0]


def _hides(shape: Shape) -> bool:
    return shape is Leaf.SECRET


def _equal(asked: Any, found: Any, leaf: Leaf) -> bool:
    if leaf is Leaf.CASELESS:
        asked, found = str(asked).lower(), str(found).lower()
    return leaf is Leaf.WRITE_ONLY or _same(asked, found)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _same(asked: Any, found: Any) -> bool:
    """Compare as CloudFormation does: 300 and "300" are one, true and "true" are one."""
    if isinstance(asked, dict) and isinstance(found, dict):
        return asked.keys() == found.keys() and all(_same(asked[key], found[key]) for key in asked)
    if isinstance(asked, list) and isinstance(found, list):
        return len(asked) == len(found) and all(map(_same, asked, found))
    if isinstance(asked, str) and isinstance(found, str):
        return asked == found
    return _text(asked) == _text(found)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
