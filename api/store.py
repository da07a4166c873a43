"""The API's SQL about documents. Every read is restricted to the user who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from psycopg.rows import class_row

from api.errors import DocumentDeletedError
from api.models import Document
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

_COLUMNS = """
SELECT id, file_name, file_type, file_size, status, stage, error_code, error_message, chunk_count,
       upload_date
FROM documents
"""


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
        where = "WHERE id = %s AND user_id = %s"
        return cursor.execute(_COLUMNS + where, [document_id, user_id]).fetchone()


def newest(connection: Connection, user_id: str, limit: int, offset: int) -> list[Document]:
    """Return a page of the user's documents, newest first."""
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        page = "WHERE user_id = %s ORDER BY upload_date DESC, id LIMIT %s OFFSET %s"
        return cursor.execute(_COLUMNS + page, [user_id, limit, offset]).fetchall()


def count(connection: Connection, user_id: str) -> int:
    """Return how many documents the user has."""
    counting = "SELECT count(*) FROM documents WHERE user_id = %s"
    [(total,)] = connection.execute(counting, [user_id])
    return int(total)
