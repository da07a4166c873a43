"""Options of faults, declared as the fields of dataclasses and read from whatever a user types.

One declaration makes a flag of the command line, a member of the HTTP request and an argument in
Python; all of it is pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from harness.errors import UsageError

Value = TypeVar("Value", int, float, str)
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Option:
    """default: its type is the option's; least, most: of numbers."""

    name: str
    default: int | float | str
    help: str
    least: float
    most: float

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    def read(self, given: object) -> int | float | str:
        """Return the value that a text, or a value of JSON, stands for; raises `UsageError`."""
        if isinstance(self.default, str):
            return str(given)
        whole = isinstance(self.default, int)
        try:
            number = int(str(given)) if whole else float(str(given))
        except ValueError:
            kind = "a whole number" if whole else "a number"
            raise UsageError(f"{self.flag} {given}: {kind} is needed") from None
        if math.isnan(number) or not self.least <= number <= self.most:
            raise UsageError(f"{self.flag} {given}: {self._range()} is needed")
        return number

    def _range(self) -> str:
        if self.most == math.inf:
            return f"{self.least:g} or more"
        return f"a number from {self.least:g} to {self.most:g}"


def option(
    default: Value,
    told: str,
    *,
    least: float = 0.0,
    most: float = math.inf,
) -> Value:
    """Return a dataclass field that users may set; `told` says what it is."""
    made: Value = field(default=default, metadata={"help": told, "least": least, "most": most})
    return made


def options(declared: type[Any]) -> Iterator[Option]:
    """Yield the options that a dataclass declares, in its order."""
    for found in fields(declared):
        default: Any = found.default
        if "help" in found.metadata:
            yield Option(found.name, default, **found.metadata)


def read(declared: type[Read], settings: Mapping[str, object]) -> Read:
    """Return a `declared` with those settings that are its options; raises `UsageError`."""
    given = [one for one in options(declared) if one.name in settings]
    return declared(**{one.name: one.read(settings[one.name]) for one in given})


def changed(instance: Any) -> dict[str, int | float | str]:
    """Return the options whose values are not the defaults, as `read` takes them."""
    values = {one: getattr(instance, one.name) for one in options(type(instance))}
    return {one.name: value for one, value in values.items() if value != one.default}
