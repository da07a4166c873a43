"""Finished documents, written to the tables as the processor leaves them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

from pgvector import HalfVector

from processor.database import Connection
from processor.documents import file_type
from processor.tokens import tokenize
from tests.api.embedding import WordEmbedder


def add_document(
    connection: Connection,
    user_id: str | None,
    file_name: str,
    chunks: Sequence[str],
    upload_date: str = "2026-01-05T12:00:00Z",
) -> UUID:
    """Store a completed document of `user_id` with these chunks; returns its id."""
    document_id = uuid4()
    connection.execute(
        "INSERT INTO documents (id, user_id, file_name, file_path, file_type, status, upload_date,"
        " chunk_count, token_count) VALUES (%s, %s, %s, '', %s, 'completed', %s, %s, %s)",
        [
            document_id,
            user_id,
            file_name,
            file_type(file_name),
            upload_date,
            len(chunks),
            sum(len(tokenize(text)) for text in chunks),
        ],
    )
    for index, text in enumerate(chunks):
        _add_chunk(connection, document_id, index, text)
    return document_id


def _add_chunk(connection: Connection, document_id: UUID, index: int, text: str) -> None:
    terms = tokenize(text)
    vector = WordEmbedder().embed([text], purpose="search_document", seconds=1)[0]
    row = connection.execute(
        "INSERT INTO document_chunks (document_id, chunk_index, content, page_from, page_to,"
        " heading, char_start, char_end, token_count, content_sha256, embedding)"
        " VALUES (%s, %s, %s, %s, %s, '第一章', 0, %s, %s, '', %s) RETURNING id",
        [document_id, index, text, index + 1, index + 1, len(text), len(terms), HalfVector(vector)],
    ).fetchone()
    assert row is not None
    for term, tf in Counter(terms).items():
        connection.execute(
            "INSERT INTO postings (term, chunk_id, document_id, tf, dl)"
            " VALUES (%s, %s, %s, %s, %s)",
            [term, row[0], document_id, tf, len(terms)],
        )
