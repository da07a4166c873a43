"""In what order documents are listed, and where the next page begins (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from api.models import Document

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Every text of this form is a place in some list, so a cursor cannot be half right.
CURSOR_PATTERN = (
    r"^-?(upload_date~[0-9]{1,16}|file_size~[0-9]{1,18}|file_name~([0-9a-f]{2}){0,255})"
    r"~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
)


class Sort(StrEnum):
    """A member of a document; downwards with a minus."""

    NEWEST = "-upload_date"
    OLDEST = "upload_date"
    NAME = "file_name"
    NAME_BACKWARDS = "-file_name"
    SMALLEST = "file_size"
    LARGEST = "-file_size"

    @property
    def column(self) -> str:
        return self.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.startswith("-")


@dataclass(frozen=True)
class Place:
    """The last document of a page, in the order of the list: the next page begins after it."""

    sort: Sort
    value: Any
    document_id: UUID

    @property
    def cursor(self) -> str:
        """Return the place as clients hand it back."""
        return f"{self.sort}~{_written(self.value)}~{self.document_id}"


def place_of(document: Document, sort: Sort) -> Place:
    return Place(sort, getattr(document, sort.column), document.id)


def place_at(cursor: str) -> Place:
    """Return the place that a cursor of `CURSOR_PATTERN` says."""
    sort, value, document_id = cursor.split("~")
    return Place(Sort(sort), _read(Sort(sort).column, value), UUID(document_id))


def _written(value: Any) -> str:
    match value:
        case datetime():
            return str((value - _EPOCH) // timedelta(microseconds=1))
        case str():
            return value.encode().hex()
        case _:
            return str(value)


def _read(column: str, value: str) -> Any:
    match column:
        case "upload_date":
            return _EPOCH + timedelta(microseconds=int(value))
        case "file_name":
            # Of what is no text, or none that PostgreSQL takes, only the order matters.
            return bytes.fromhex(value).decode(errors="replace").replace("\0", "")
        case _:
            return int(value)
