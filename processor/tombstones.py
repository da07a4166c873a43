"""Which documents were deleted for ever, and who may write a document in the meantime.

A row can appear at any moment, since an S3 event may be processed before the api's INSERT. So
whoever creates or deletes the row of a document holds its lock, and looks here after that.
"""

from __future__ import annotations

from uuid import UUID

from processor.database import Connection


def lock(connection: Connection, document_id: UUID) -> None:
    """Wait for the right to create or delete the row; lasts until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(document_id)])


def exists(connection: Connection, document_id: UUID) -> bool:
    """Tell whether the document was deleted."""
    query = "SELECT FROM deleted_documents WHERE id = %s"
    return connection.execute(query, [document_id]).fetchone() is not None


def put(connection: Connection, document_id: UUID) -> None:
    """Record that the document was deleted; it never comes back."""
    connection.execute(
        "INSERT INTO deleted_documents (id) VALUES (%s) ON CONFLICT DO NOTHING", [document_id]
    )
