"""What can go wrong between a template and its resources.

    StackError                the stack does not exist
    ├── TemplateError         nothing was created: the template or a parameter has to be changed
    └── ResourceError         AWS refused a resource, or holds something else than was asked for

Both name the resource and the property as far as they are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import HarnessError


class StackError(HarnessError):
    """The stack does not exist; the message says what happened and what to do."""

    def __init__(self, message: str, *, logical_id: str = "", property_path: str = "") -> None:
        super().__init__(message)
        self.logical_id = logical_id
        self.property_path = property_path

    def __str__(self) -> str:
        place = " ".join(part for part in (self.logical_id, self.property_path) if part)
        return f"{place}: {self.args[0]}" if place else str(self.args[0])


class TemplateError(StackError):
    """Nothing was created: the template or a parameter has to be changed."""


class ResourceError(StackError):
    """AWS refused a resource, or holds something else than was asked for."""


@contextmanager
def about(logical_id: str) -> Iterator[None]:
    """Name the resource in a `StackError` that does not name one yet."""
    try:
        yield
    except StackError as error:
        error.logical_id = error.logical_id or logical_id
        raise
