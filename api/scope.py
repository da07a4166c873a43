"""Whose documents are listed or searched, and which of them, as a condition of SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed

# What a user asked to be left out costs nothing: a condition is there only if its filter is.
_FILTERS: Mapping[str, LiteralString] = {
    "statuses": "documents.status = ANY(%(statuses)s)",
    "document_ids": "documents.id = ANY(%(document_ids)s)",
    "file_types": "documents.file_type = ANY(%(file_types)s)",
    "uploaded_from": "documents.upload_date >= %(uploaded_from)s",
    "uploaded_to": "documents.upload_date <= %(uploaded_to)s",
    "file_name": "strpos(lower(documents.file_name), lower(%(file_name)s)) > 0",
}


@dataclass(frozen=True)
class Scope:
    """The documents of one user, or those of them that the filters leave.

    document_ids, file_types (media types), statuses: any of them, none of them meaning all.
    uploaded_from, uploaded_to: both included. file_name: a part of it, in any case.
    """

    user_id: str
    document_ids: Sequence[UUID] = ()
    file_types: Sequence[str] = ()
    uploaded_from: datetime | None = None
    uploaded_to: datetime | None = None
    statuses: Sequence[str] = ()
    file_name: str | None = None

    @property
    def condition(self) -> Composed:
        """The condition on `documents`; there is none without the user."""
        filters = [SQL(text) for name, text in _FILTERS.items() if getattr(self, name)]
        return SQL(" AND ").join([SQL("documents.user_id = %(user_id)s"), *filters])

    @property
    def values(self) -> dict[str, Any]:
        """The values that the condition names."""
        names = ("document_ids", "file_types", "statuses")
        return vars(self) | {name: list(getattr(self, name)) for name in names}
