"""A document's chunks and postings as rows, written with binary COPY."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pgvector import HalfVector
from psycopg.sql import SQL, Identifier

from processor.bm25 import Indexed
from processor.chunk import Chunk
from processor.database import Connection
from processor.embed import DIMENSIONS, Vector
from processor.errors import ConfigurationError

Row = tuple[Any, ...]

_CHUNK_COLUMNS = {
    "id": "int8",
    "document_id": "uuid",
    "chunk_index": "int4",
    "content": "text",
    "page_from": "int4",
    "page_to": "int4",
    "heading": "text",
    "char_start": "int4",
    "char_end": "int4",
    "token_count": "int4",
    "content_sha256": "bytea",
    "embedding": "halfvec",
}
_POSTING_COLUMNS = {
    "term": "text",
    "chunk_id": "int8",
    "document_id": "uuid",
    "tf": "int4",
    "dl": "int4",
}


@dataclass(frozen=True)
class Processed:
    """All that becomes visible at once when a document is completed."""

    chunks: Sequence[Chunk]
    vectors: Sequence[Vector]
    index: Sequence[Indexed]
    page_count: int
    content_sha256: bytes
    embedding_model: str
    unread_pages: int = 0


def replace(connection: Connection, document_id: UUID, processed: Processed) -> None:
    """Write what `processed` holds in the place of what the document had."""
    delete(connection, document_id)
    ids = _fresh_ids(connection, len(processed.chunks))
    _copy(connection, "document_chunks", _CHUNK_COLUMNS, _chunk_rows(document_id, ids, processed))
    _copy(connection, "postings", _POSTING_COLUMNS, _posting_rows(document_id, ids, processed))


def delete(connection: Connection, document_id: UUID) -> None:
    """Remove the chunks and postings of a document."""
    connection.execute("DELETE FROM postings WHERE document_id = %s", [document_id])
    connection.execute("DELETE FROM document_chunks WHERE document_id = %s", [document_id])


def vectors(connection: Connection, document_id: UUID, model: str) -> dict[bytes, Vector]:
    """Return the embeddings that the document has from `model`, by the hash of their text."""
    rows = connection.execute(
        "SELECT chunk.content_sha256, embedding FROM document_chunks AS chunk"
        " JOIN documents ON documents.id = document_id"
        " WHERE document_id = %s AND embedding_model = %s",
        [document_id, model],
    )
    return {sha256: array("f", vector.to_list()) for sha256, vector in rows}


def check_dimensions(connection: Connection) -> None:
    """Raise `ConfigurationError` unless the column takes vectors of `DIMENSIONS` numbers."""
    [(width,)] = connection.execute(
        "SELECT atttypmod FROM pg_attribute"
        " WHERE attrelid = 'document_chunks'::regclass AND attname = 'embedding'"
    )
    if width != DIMENSIONS:
        raise ConfigurationError(
            "column document_chunks.embedding",
            f"it holds {width} numbers, the model is asked for {DIMENSIONS}; migrate one of them",
        )


def _fresh_ids(connection: Connection, count: int) -> list[int]:
    """Return chunk ids, known before the rows are copied because postings name them."""
    rows = connection.execute(
        "SELECT nextval(pg_get_serial_sequence('document_chunks', 'id'))"
        " FROM generate_series(1, %s)",
        [count],
    )
    return [row[0] for row in rows]


def _copy(connection: Connection, table: str, columns: dict[str, str], rows: Iterator[Row]) -> None:
    target = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        Identifier(table), SQL(", ").join(map(Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def _chunk_rows(document_id: UUID, ids: Sequence[int], processed: Processed) -> Iterator[Row]:
    content = zip(ids, processed.chunks, processed.vectors, processed.index, strict=True)
    for chunk_id, chunk, vector, entry in content:
        yield (
            chunk_id,
            document_id,
            chunk.index,
            chunk.content,
            chunk.page_from,
            chunk.page_to,
            chunk.heading,
            chunk.char_start,
            chunk.char_end,
            entry.length,
            chunk.content_sha256,
            HalfVector(list(vector)),
        )


def _posting_rows(document_id: UUID, ids: Sequence[int], processed: Processed) -> Iterator[Row]:
    for chunk_id, entry in zip(ids, processed.index, strict=True):
        for term, frequency in entry.postings():
            yield term, chunk_id, document_id, frequency, entry.length
