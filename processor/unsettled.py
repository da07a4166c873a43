"""The SQL of reconciliation: rows that nobody works on although they are not finished.

Every write names the generation that was read, so a processor that takes the document meanwhile
wins. Rows of files that were processed in a request (the synchronous mode) have no object and
nobody who could try again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from processor import content
from processor.database import Connection
from processor.documents import KEY_PREFIX, Status
from processor.errors import WITHOUT_OBJECT, Code, message
from processor.events import ObjectRef
from processor.listing import Stored


@dataclass(frozen=True)
class Row:
    """A document that is compared with its object.

    is_awaited: its client was to store the object, and no run has seen it.
    """

    id: UUID
    generation: int
    status: str
    error_code: str | None
    file_path: str
    file_size: int
    s3_version: str | None
    s3_sequencer: str | None
    started_at: datetime | None
    is_awaited: bool

    @property
    def is_missing(self) -> bool:
        """Whether the document was failed for want of its object."""
        return self.error_code in WITHOUT_OBJECT

    def is_outdated(self, stored: Stored) -> bool:
        """Tell whether the document was settled without what is stored now.

        Its event was lost, or a removed object is back. Without versions the time decides: no run
        that began before the object was stored has read it.
        """
        if self.status not in _SETTLED:
            return False
        if self.is_missing:
            return True
        if stored.version and self.s3_version:
            return stored.version != self.s3_version
        return self.started_at is not None and self.started_at < stored.modified


_SETTLED = (Status.COMPLETED, Status.FAILED)

_AWAITED = "(upload_method IS NOT NULL AND generation = 0)"

_COLUMNS = f"""
SELECT id, generation, status, error_code, file_path, file_size, s3_version, s3_sequencer,
    started_at, {_AWAITED} AS is_awaited FROM documents
"""  # noqa: S608 - constant

_OF_BUCKET = """
starts_with(file_path, %(prefix)s) AND coalesce(s3_bucket, %(bucket)s) = %(bucket)s
"""

_ABANDONED = """
((status = 'processing' AND lease_until < now())
 OR (status = 'pending' AND updated_at < now() - make_interval(secs => %(grace)s)))
"""

_STUCK = f"""
{_COLUMNS} WHERE {_OF_BUCKET} AND {_ABANDONED} AND NOT {_AWAITED}
ORDER BY updated_at LIMIT %(limit)s
"""

_GIVE_UP = f"""
UPDATE documents SET status = 'failed', error_code = %(code)s, error_message = %(message)s,
    retryable = true, generation = generation + 1,
    lease_owner = NULL, lease_until = NULL, updated_at = now()
WHERE {_ABANDONED} AND (attempt >= %(attempts)s OR NOT starts_with(file_path, %(prefix)s))
RETURNING id
"""  # noqa: S608 - constant

# Between the ids of a page of the listing, which has the same order as they.
_BETWEEN = f"""
{_COLUMNS} WHERE id > %(after)s AND id <= %(last)s AND {_OF_BUCKET}
    AND updated_at < now() - make_interval(secs => %(grace)s)
"""

_MISSING = """
UPDATE documents SET status = 'failed', error_code = %(code)s, error_message = %(message)s,
    retryable = false, chunk_count = 0, token_count = 0, generation = generation + 1,
    lease_owner = NULL, lease_until = NULL, updated_at = now()
WHERE id = %(id)s AND generation = %(generation)s
"""

# The version it names is what `stuck` finds if the run that is to follow never begins.
_REOPEN = """
UPDATE documents SET status = 'pending', error_code = NULL, error_message = NULL, retryable = false,
    attempt = 0, generation = generation + 1, s3_version = %(version)s, file_size = %(size)s,
    updated_at = now()
WHERE id = %(id)s AND generation = %(generation)s
"""


def give_up(connection: Connection, attempts: int, grace: float) -> int:
    """Fail what was abandoned after as many attempts; returns how many documents that were."""
    values = _values(Code.INTERRUPTED) | {"attempts": attempts, "grace": grace}
    return connection.execute(_GIVE_UP, values).rowcount


def stuck(connection: Connection, bucket: str, grace: float, limit: int) -> list[Row]:
    """Return documents to be processed again: lease over, or waiting for `grace` seconds.

    Not those whose object may never have come: a listing of the bucket tells (`between`).
    """
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        values = {"prefix": KEY_PREFIX, "bucket": bucket, "grace": grace, "limit": limit}
        return cursor.execute(_STUCK, values).fetchall()


def between(
    connection: Connection, bucket: str, after: UUID, last: UUID, grace: float
) -> list[Row]:
    """Return the documents of a bucket whose ids are above `after`, up to `last`."""
    values = {"prefix": KEY_PREFIX, "bucket": bucket, "grace": grace, "after": after, "last": last}
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        return cursor.execute(_BETWEEN, values).fetchall()


def known(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return those of `ids` that have a row, or had one that was deleted."""
    rows = connection.execute(
        "SELECT id FROM documents WHERE id = ANY(%(ids)s)"
        " UNION SELECT id FROM deleted_documents WHERE id = ANY(%(ids)s)",
        {"ids": list(ids)},
    )
    return {row[0] for row in rows}


def deleted(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return those of `ids` that users deleted."""
    query = "SELECT id FROM deleted_documents WHERE id = ANY(%s)"
    return {row[0] for row in connection.execute(query, [list(ids)])}


def fail_missing(connection: Connection, row: Row) -> bool:
    """Fail a document without object, with what was found in it; False if it changed meanwhile."""
    code = Code.NOT_UPLOADED if row.is_awaited else Code.OBJECT_MISSING
    values = _values(code) | {"id": row.id, "generation": row.generation}
    with connection.transaction():
        if connection.execute(_MISSING, values).rowcount == 0:
            return False
        content.delete(connection, row.id)
    return True


def reopen(connection: Connection, row: Row, current: ObjectRef) -> bool:
    """Let a settled document be processed as `current`; False if it changed meanwhile."""
    values = {"id": row.id, "generation": row.generation}
    found = values | {"version": current.version_id, "size": current.size}
    return connection.execute(_REOPEN, found).rowcount > 0


def progress(connection: Connection, bucket: str) -> str:
    """Return the key after which the walk over a bucket goes on; empty for its start."""
    query = "SELECT after_key FROM reconcile_progress WHERE bucket = %s"
    row = connection.execute(query, [bucket]).fetchone()
    return row[0] if row else ""


def keep_progress(connection: Connection, bucket: str, after: str) -> None:
    connection.execute(
        "INSERT INTO reconcile_progress (bucket, after_key) VALUES (%s, %s) ON CONFLICT (bucket)"
        " DO UPDATE SET after_key = excluded.after_key, updated_at = now()",
        [bucket, after],
    )


def _values(code: Code) -> dict[str, Any]:
    return {"code": code, "message": message(code), "prefix": KEY_PREFIX}
