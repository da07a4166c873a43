"""Steps 6 and 7: everything the processor writes to PostgreSQL.

A run must own the document to write: `claim` gives it the next generation, and every later
statement names that generation. A run that lost the document (deleted, replaced by a newer
version, taken over after its lease) finds no row and raises `SupersededError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Cursor

from processor import content, tombstones
from processor.content import Processed
from processor.database import Connection, Database
from processor.documents import Stage, Status, file_type
from processor.embed import Vector
from processor.errors import Code, SupersededError, message

Row = tuple[Any, ...]
Values = dict[str, Any]


@dataclass(frozen=True)
class Arrival:
    """A document that asks to be processed; bucket, version and sequencer as the S3 event told."""

    document_id: UUID
    file_name: str
    file_path: str
    file_size: int
    version_id: str | None = None
    sequencer: str | None = None
    bucket: str | None = None


@dataclass(frozen=True)
class Claim:
    """The right to write a document; `attempt` counts the runs spent on this version, from 1."""

    document_id: UUID
    generation: int
    attempt: int


# A newer version always wins. The same version is claimed when nobody has it: it waits, its last
# run failed for now or ran out of its lease, or it is a retry of the invocation that held it.
_CLAIM = """
INSERT INTO documents AS d (id, file_name, file_path, file_type, file_size, status, stage, attempt,
    generation, lease_owner, lease_until, s3_version, s3_sequencer, s3_bucket, started_at)
VALUES (%(id)s, %(file_name)s, %(file_path)s, %(file_type)s, %(file_size)s, 'processing',
    'download', 1, 1, %(owner)s, now() + make_interval(secs => %(seconds)s), %(version)s,
    %(sequencer)s, %(bucket)s, now())
ON CONFLICT (id) DO UPDATE SET
    status = 'processing', stage = 'download', error_code = NULL, error_message = NULL,
    retryable = false, file_size = excluded.file_size,
    attempt = CASE WHEN excluded.s3_sequencer > d.s3_sequencer THEN 1 ELSE d.attempt + 1 END,
    generation = d.generation + 1,
    lease_owner = excluded.lease_owner, lease_until = excluded.lease_until,
    s3_version = coalesce(excluded.s3_version, d.s3_version),
    s3_sequencer = coalesce(excluded.s3_sequencer, d.s3_sequencer),
    s3_bucket = coalesce(excluded.s3_bucket, d.s3_bucket),
    started_at = now(), completed_at = NULL, updated_at = now()
WHERE excluded.s3_sequencer > coalesce(d.s3_sequencer, '')
   OR (coalesce(excluded.s3_sequencer, d.s3_sequencer) IS NOT DISTINCT FROM d.s3_sequencer
       AND (d.status = 'pending' OR (d.status = 'failed' AND d.retryable)
            OR (d.status = 'processing'
                AND (d.lease_until < now() OR d.lease_owner = excluded.lease_owner))))
RETURNING generation, attempt
"""

_VANISHED = """
    status = 'failed', error_code = %(code)s, error_message = %(message)s, retryable = false,
    chunk_count = 0, token_count = 0, generation = d.generation + 1,
    lease_owner = NULL, lease_until = NULL, updated_at = now()
"""

# The removal of an object is one more version of it, the one without content.
_VANISH = f"""
INSERT INTO documents AS d (id, file_name, file_path, file_type, status, error_code, error_message,
    generation, s3_version, s3_sequencer, s3_bucket)
VALUES (%(id)s, %(file_name)s, %(file_path)s, %(file_type)s, 'failed', %(code)s, %(message)s,
    1, %(version)s, %(sequencer)s, %(bucket)s)
ON CONFLICT (id) DO UPDATE SET s3_sequencer = excluded.s3_sequencer, {_VANISHED}
WHERE excluded.s3_sequencer > coalesce(d.s3_sequencer, '')
RETURNING id
"""  # noqa: S608 - constant

# The removal of a single version says nothing about the others, which may have been stored later:
# it leaves the sequencer alone.
_VANISH_VERSION = f"""
UPDATE documents AS d SET {_VANISHED}
WHERE id = %(id)s AND s3_version = %(version)s AND error_code IS DISTINCT FROM %(code)s
RETURNING id
"""  # noqa: S608 - constant

_OWNED = "id = %(id)s AND generation = %(generation)s AND status = 'processing'"

_ENTER = f"UPDATE documents SET stage = %(stage)s, updated_at = now() WHERE {_OWNED}"  # noqa: S608

_STATEMENT_SECONDS = "SELECT set_config('statement_timeout', %s, true)"

_LOCK = f"SELECT FROM documents WHERE {_OWNED} FOR UPDATE"

_FAIL = f"""
UPDATE documents SET status = 'failed', error_code = %(code)s, error_message = %(message)s,
    chunk_count = 0, token_count = 0,
    lease_owner = NULL, lease_until = NULL, updated_at = now()
WHERE {_OWNED}
"""  # noqa: S608 - constant

_RELEASE = f"""
UPDATE documents SET status = %(status)s, error_code = %(code)s, error_message = %(message)s,
    retryable = true,
    lease_owner = NULL, lease_until = NULL, updated_at = now()
WHERE {_OWNED}
"""  # noqa: S608 - constant

_COMPLETE = f"""
UPDATE documents SET status = 'completed', stage = 'done', chunk_count = %(chunks)s,
    token_count = %(tokens)s, page_count = %(pages)s, unread_pages = %(unread)s,
    content_sha256 = %(sha256)s, embedding_model = %(model)s,
    lease_owner = NULL, lease_until = NULL, completed_at = now(), updated_at = now()
WHERE {_OWNED}
RETURNING extract(epoch FROM clock_timestamp() - upload_date)::float8
"""  # noqa: S608 - constant


class Store:
    """Writes documents over the connection of this sandbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Give the connection back; the next use opens another."""
        self._database.close()

    def connection(self) -> Connection:
        """Return the connection of this sandbox, which answered just now."""
        return self._database.connection()

    def claim(self, arrival: Arrival, owner: str, seconds: float) -> Claim | None:
        """Return the right to process `arrival` for `seconds`, None if there is nothing to do.

        owner: the invocation, the same in its retries. Creates the row when the event overtook
        the api's INSERT, unless the document was deleted; never touches what the api writes.
        """
        values = _values(arrival) | {"owner": owner, "seconds": seconds}
        row = self._unless_deleted(arrival.document_id, _CLAIM, values)
        return Claim(arrival.document_id, *row) if row else None

    def vanish(self, arrival: Arrival) -> bool:
        """Fail the document of an object that was removed; False if that is old news."""
        return self._vanish(arrival, _VANISH)

    def vanish_version(self, arrival: Arrival) -> bool:
        """Fail the document if the version that was removed is the one it was made of."""
        return self._vanish(arrival, _VANISH_VERSION)

    def known_vectors(self, claim: Claim, model: str) -> dict[bytes, Vector]:
        """Return the embeddings by `model` that the document has, by the hash of their text.

        Raises `ConfigurationError` when the column is not as wide as the model's vectors.
        """
        connection = self._database.connection()
        content.check_dimensions(connection)
        return content.vectors(connection, claim.document_id, model)

    def enter(self, claim: Claim, stage: Stage) -> None:
        """Show clients that the document is at `stage`."""
        _owned(self._database.connection(), claim, _ENTER, stage=stage)

    def save(self, claim: Claim, processed: Processed, seconds: float) -> float:
        """Replace what the document had by what it has now, and complete it, all at once.

        Returns the seconds since the document was uploaded.

        seconds: how long a statement may take here; the copy of a very large document takes
        longer than others may, but must fail while somebody is there to say so.
        """
        connection = self._database.connection()
        with connection.transaction():
            connection.execute(_STATEMENT_SECONDS, [f"{max(seconds, 1):.0f}s"])
            _owned(connection, claim, _LOCK)
            content.replace(connection, claim.document_id, processed)
            row = _owned(
                connection,
                claim,
                _COMPLETE,
                chunks=len(processed.chunks),
                tokens=sum(entry.length for entry in processed.index),
                pages=processed.page_count,
                unread=processed.unread_pages,
                sha256=processed.content_sha256,
                model=processed.embedding_model,
            ).fetchone()
        return float(row[0]) if row else 0.0

    def fail(self, claim: Claim, code: Code) -> None:
        """End the document as failed for good; what an earlier version had is removed."""
        connection = self._database.connection()
        with connection.transaction():
            _owned(connection, claim, _FAIL, code=code, message=message(code))
            content.delete(connection, claim.document_id)

    def release(self, claim: Claim, code: Code, max_attempts: int) -> None:
        """Let a retry claim the document; from the last attempt on it shows as failed."""
        status = Status.FAILED if claim.attempt >= max_attempts else Status.PENDING
        connection = self._database.connection()
        _owned(connection, claim, _RELEASE, status=status, code=code, message=message(code))

    def _vanish(self, arrival: Arrival, statement: str) -> bool:
        code = Code.OBJECT_MISSING
        values = _values(arrival) | {"code": code, "message": message(code)}
        connection = self._database.connection()
        with connection.transaction():
            row = self._unless_deleted(arrival.document_id, statement, values)
            if row:
                content.delete(connection, arrival.document_id)
        return row is not None

    def _unless_deleted(self, document_id: UUID, statement: str, values: Values) -> Row | None:
        connection = self._database.connection()
        with connection.transaction():
            tombstones.lock(connection, document_id)
            if tombstones.exists(connection, document_id):
                return None
            return connection.execute(statement, values).fetchone()


def _values(arrival: Arrival) -> Values:
    return {
        "id": arrival.document_id,
        "file_name": arrival.file_name,
        "file_path": arrival.file_path,
        "file_type": file_type(arrival.file_name),
        "file_size": arrival.file_size,
        "version": arrival.version_id,
        "sequencer": arrival.sequencer,
        "bucket": arrival.bucket,
    }


def _owned(connection: Connection, claim: Claim, statement: str, **values: Any) -> Cursor[Row]:
    """Run a statement on the claimed row; raises `SupersededError` if the claim is lost."""
    values |= {"id": claim.document_id, "generation": claim.generation}
    cursor = connection.execute(statement, values)
    if cursor.rowcount == 0:
        raise SupersededError(f"document {claim.document_id} is no longer this run's to write")
    return cursor
