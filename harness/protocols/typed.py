"""From decoded JSON, CBOR or form fields to values of the model's types, and its constraints.

Internally a timestamp is seconds since the epoch. Wrong types are a SerializationException, what
breaks a constraint is collected into AWS's one sentence about all of them.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from harness.errors import AwsError
from harness.protocols.model import Model, Shape

_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799  # years 1 to 9999


def typed(model: Model, shape_name: str, raw: Any) -> Any:
    """Return `raw` with the types of a shape; members it does not know are dropped, as AWS does.

    Raises `AwsError` SerializationException for a value of another type.
    """
    shape = model.shapes[shape_name]
    kind = shape["type"]
    if kind == "structure":
        _expect(raw, dict, "a structure")
        return {
            name: typed(model, member["shape"], raw[name])
            for name, member in shape["members"].items()
            if raw.get(name) is not None
        }
    if kind == "list":
        _expect(raw, list, "a list")
        return [typed(model, shape["member"]["shape"], item) for item in raw]
    if kind == "map":
        _expect(raw, dict, "a map")
        return {key: typed(model, shape["value"]["shape"], item) for key, item in raw.items()}
    return _SCALARS[kind](raw)


def _expect(raw: Any, kind: type, words: str) -> None:
    if not isinstance(raw, kind):
        raise _serialization(f"expected {words}, found {type(raw).__name__}")


def _serialization(message: str) -> AwsError:
    return AwsError("SerializationException", message)


def _string(raw: Any) -> str:
    _expect(raw, str, "a string")
    text: str = raw
    return text


def _boolean(raw: Any) -> bool:
    if raw in ("true", "false"):
        return bool(raw == "true")
    _expect(raw, bool, "a boolean")
    return bool(raw)


def _integer(raw: Any) -> int:
    number = _double(raw)
    if not number.is_integer():
        raise _serialization(f"{raw!r} is not an integer")
    return int(raw) if isinstance(raw, (int, str)) and not isinstance(raw, bool) else int(number)


def _double(raw: Any) -> float:
    try:
        if isinstance(raw, (int, float, str)) and not isinstance(raw, bool):
            return float(raw)
    except (ValueError, OverflowError):
        pass
    raise _serialization(f"{raw!r:.100} is not a number")


def _timestamp(raw: Any) -> float:
    try:
        seconds = _instant(raw) if isinstance(raw, str) else _double(raw)
    except (ValueError, OverflowError):
        raise _serialization(f"{raw!r:.100} is not a timestamp") from None
    if not _EARLIEST <= seconds <= _LATEST:
        raise _serialization(f"{raw!r:.100} is not a timestamp")
    return seconds


def _instant(text: str) -> float:
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", text):
        return float(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _blob(raw: Any) -> Any:
    return raw


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "double": _double,
    "float": _double,
    "timestamp": _timestamp,
    "blob": _blob,
}


def check(model: Model, shape_name: str, value: Any, code: str) -> None:
    """Raise `AwsError` `code` with AWS's sentence when `value` breaks constraints of the model."""
    found = list(_violations(model, shape_name, value, ""))
    if found:
        plural = "error" if len(found) == 1 else "errors"
        sentence = "; ".join(found)
        raise AwsError(code, f"{len(found)} validation {plural} detected: {sentence}")


def _violations(model: Model, shape_name: str, value: Any, path: str) -> Iterator[str]:
    shape = model.shapes[shape_name]
    if sentence := _constraint(shape, value):
        shown = "" if shape["type"] in ("structure", "list", "map") else f" '{value}'"
        yield f"Value{shown} at '{path}' failed to satisfy constraint: {sentence}"
        return
    if shape["type"] == "structure":
        yield from _missing(shape, value, path)
        for name, item in value.items():
            yield from _violations(model, shape["members"][name]["shape"], item, _below(path, name))
    elif shape["type"] == "list":
        for number, item in enumerate(value, start=1):
            inner = shape["member"]["shape"]
            yield from _violations(model, inner, item, f"{path}.{number}.member")


def _missing(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for name in shape.get("required", ()):
        if name not in value:
            where = _below(path, name)
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _below(path: str, name: str) -> str:
    own = name[0].lower() + name[1:]
    return f"{path}.{own}" if path else own


def _constraint(shape: Shape, value: Any) -> str:
    """Return the constraint that a value breaks; "" for none."""
    if "enum" in shape and value not in shape["enum"]:
        return f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    if shape["type"] in ("integer", "long", "double", "float"):
        return _bounds(shape, value, "have value")
    if shape["type"] in ("string", "list"):
        if sentence := _bounds(shape, len(value), "have length"):
            return sentence
        pattern = shape.get("pattern")
        if pattern and not _python_pattern(pattern).fullmatch(value):
            return f"Member must satisfy regular expression pattern: {pattern}"
    return ""


def _bounds(shape: Shape, number: float, words: str) -> str:
    low, high = shape.get("min", -math.inf), shape.get("max", math.inf)
    if number < low:
        return f"Member must {words} greater than or equal to {low}"
    if number > high:
        return f"Member must {words} less than or equal to {high}"
    return ""


# Java's classes of characters, as the inside of a class of Python's; beyond ASCII a little wider.
_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{M}": r"\w",
    r"\p{N}": r"\w",
    r"\p{P}": "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e\\xa1-\\uffff",
    r"\p{S}": "\\x21-\\x7e\\xa1-\\uffff",
    r"\p{Z}": r"\s",
    r"\p{Zs}": r"\s",
}


@functools.cache
def _python_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern of the models, which are Java's."""
    for theirs, ours in _CLASSES.items():
        pattern = pattern.replace(theirs, ours)
    pattern = re.sub(r"\\w-(?!])", r"\\w\\-", pattern)  # a hyphen that Java takes for itself
    return re.compile(pattern, re.DOTALL)
