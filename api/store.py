"""The API's SQL about documents. Every read is restricted to the user who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from api.errors import DocumentDeletedError
from api.listing import Place, Sort
from api.models import Document
from api.scope import Scope
from processor import tombstones
from processor.database import Connection
from processor.documents import Status

# The event of the object may be processed before the row is there: then the processor has made
# the row, and only what it cannot know is filled in. The status is the processor's alone.
_RECORD = """
INSERT INTO documents (id, user_id, file_name, file_path, file_type, file_size, status,
    upload_method, upload_id)
VALUES (%(id)s, %(user_id)s, %(file_name)s, %(file_path)s, %(file_type)s, %(file_size)s, 'pending',
    %(upload_method)s, %(upload_id)s)
ON CONFLICT (id) DO UPDATE
SET user_id = EXCLUDED.user_id, file_name = EXCLUDED.file_name, file_path = EXCLUDED.file_path,
    file_type = EXCLUDED.file_type, file_size = EXCLUDED.file_size,
    upload_method = EXCLUDED.upload_method, upload_id = EXCLUDED.upload_id
RETURNING status
"""

_COLUMNS = ", ".join(Document.model_fields)

_DOCUMENT = f"SELECT {_COLUMNS} FROM documents"  # noqa: S608 - constants

_OF_USER = " WHERE id = %s AND user_id = %s"

# As if no run had been spent on it; what the last one reached stays visible until the next begins.
_RESET = f"""
UPDATE documents SET status = 'pending', error_code = NULL, error_message = NULL,
    retryable = false, attempt = 0, generation = generation + 1, updated_at = now()
WHERE id = %s RETURNING {_COLUMNS}
"""  # noqa: S608 - constants

_PAGE = SQL("""
SELECT {columns} FROM documents WHERE {within}
ORDER BY {column} {direction}, id {direction} LIMIT %(limit)s OFFSET %(offset)s
""")

_BEYOND = SQL(" AND ({column}, id) {comparison} (%(value)s, %(id)s)")


@dataclass(frozen=True)
class Record:
    """What the API knows about a document. file_type: media type. file_size: bytes.

    upload_method: how the client itself stores the object, None when the API did. upload_id: S3's,
    of a multipart upload.
    """

    id: UUID
    user_id: str
    file_name: str
    file_path: str
    file_type: str
    file_size: int
    upload_method: str | None = None
    upload_id: str | None = None


@dataclass(frozen=True)
class Location:
    """Where a document's object is, or is to be."""

    file_path: str
    file_size: int
    upload_id: str | None


def record(connection: Connection, records: Sequence[Record]) -> list[Status]:
    """Store all of `records` or none; returns the status of each, `pending` unless overtaken.

    Raises `DocumentDeletedError` when one of them was deleted: a repeated upload has the ids of
    the first one.
    """
    with connection.transaction():
        return [_recorded(connection, each) for each in records]


def _recorded(connection: Connection, new: Record) -> Status:
    tombstones.lock(connection, new.id)
    if tombstones.exists(connection, new.id):
        raise DocumentDeletedError(
            "此文件已被刪除，請以新的 Idempotency-Key 重新上傳。 "
            "This document was deleted meanwhile; upload it with a new Idempotency-Key."
        )
    [(status,)] = connection.execute(_RECORD, asdict(new))
    return Status(status)


def location(connection: Connection, document_id: UUID, user_id: str) -> Location | None:
    """Return where the object of a document of the user is; None when there is no such one."""
    with connection.cursor(row_factory=class_row(Location)) as cursor:
        query = (
            "SELECT file_path, file_size, upload_id FROM documents WHERE id = %s AND user_id = %s"
        )
        return cursor.execute(query, [document_id, user_id]).fetchone()


def end_upload(connection: Connection, document_id: UUID) -> None:
    """Forget the multipart upload of a document: its object is there."""
    connection.execute("UPDATE documents SET upload_id = NULL WHERE id = %s", [document_id])


def delete(connection: Connection, document_id: UUID, user_id: str) -> Location | None:
    """Delete a document of the user for ever, within a transaction; returns where it was.

    A run that is processing it finds its claim gone, and an event that comes later a tombstone.
    """
    tombstones.lock(connection, document_id)
    with connection.cursor(row_factory=class_row(Location)) as cursor:
        deletion = (
            "DELETE FROM documents WHERE id = %s AND user_id = %s"
            " RETURNING file_path, file_size, upload_id"
        )
        deleted = cursor.execute(deletion, [document_id, user_id]).fetchone()
    if deleted is not None:
        tombstones.put(connection, document_id)
    return deleted


def forget(connection: Connection, ids: Sequence[UUID]) -> None:
    """Remove documents and what was found in them."""
    connection.execute("DELETE FROM documents WHERE id = ANY(%s)", [list(ids)])


def statuses(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Status]:
    """Return the status of documents, by id."""
    rows = connection.execute("SELECT id, status FROM documents WHERE id = ANY(%s)", [list(ids)])
    return {document_id: Status(status) for document_id, status in rows}


def find(connection: Connection, document_id: UUID, user_id: str) -> Document | None:
    """Return a document of the user; None when there is none or it is somebody else's."""
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        return cursor.execute(_DOCUMENT + _OF_USER, [document_id, user_id]).fetchone()


def hold(connection: Connection, document_id: UUID, user_id: str) -> Document | None:
    """Return a document as `find` does; nobody else changes it until the transaction ends."""
    tombstones.lock(connection, document_id)
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        locking = f"{_DOCUMENT}{_OF_USER} FOR UPDATE"
        return cursor.execute(locking, [document_id, user_id]).fetchone()


def reset(connection: Connection, document_id: UUID) -> Document:
    """Let a document wait for its processing again, and return it."""
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        [document] = cursor.execute(_RESET, [document_id])
    return document


def page(
    connection: Connection,
    scope: Scope,
    sort: Sort,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
) -> list[Document]:
    """Return up to `limit` documents within `scope`, after `offset` others or after a place."""
    descending = sort.is_descending
    where, values = scope.condition, scope.values | {"limit": limit, "offset": offset}
    column = Identifier(sort.column)
    if after is not None:
        where += _BEYOND.format(column=column, comparison=SQL("<" if descending else ">"))
        values |= {"value": after.value, "id": after.document_id}
    query = _PAGE.format(
        columns=SQL(", ").join(map(Identifier, Document.model_fields)),
        within=where,
        column=column,
        direction=SQL("DESC" if descending else "ASC"),
    )
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        return cursor.execute(query, values).fetchall()


def count(connection: Connection, scope: Scope) -> int:
    """Return how many documents are within `scope`."""
    query = SQL("SELECT count(*) FROM documents WHERE {within}").format(within=scope.condition)
    [(total,)] = connection.execute(query, scope.values)
    return int(total)
