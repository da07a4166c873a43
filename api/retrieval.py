"""The SQL of search: candidates by words, candidates by meaning, and what a hit shows.

Everything is counted over the user's own documents, so what others upload changes neither the
results of a user nor their scores. Only finished documents have chunks to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pgvector import HalfVector
from psycopg.rows import dict_row

from api import bm25
from processor.database import Connection
from processor.vector_index import EXACT_CHUNKS

CANDIDATES = 100  # of each ranking; what neither has among its first hundred is no hit

_COUNT = "SELECT coalesce(sum(chunk_count), 0) FROM documents WHERE user_id = %s"

# The sum is no expression the HNSW index knows, so every chunk of the user is compared.
_NEAREST_EXACTLY = """
SELECT chunk.id, 1 - (chunk.embedding <=> %(vector)s) AS similarity
FROM document_chunks AS chunk JOIN documents ON documents.id = chunk.document_id
WHERE user_id = %(user_id)s
ORDER BY (chunk.embedding <=> %(vector)s) + 0, chunk.id LIMIT %(candidates)s
"""

# Chunks in the order of the HNSW index, until enough of them are the user's. That order is nearly
# right; the outer one is.
_NEAREST = """
WITH near AS MATERIALIZED (
    SELECT chunk.id, chunk.embedding <=> %(vector)s AS distance
    FROM document_chunks AS chunk JOIN documents ON documents.id = chunk.document_id
    WHERE user_id = %(user_id)s
    ORDER BY chunk.embedding <=> %(vector)s LIMIT %(candidates)s
)
SELECT id, 1 - distance FROM near ORDER BY distance, id
"""

# Without iterative scans the index yields ef_search chunks of whoever, then stops.
_ITERATIVE = (
    f"SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = {CANDIDATES}"
)

_HITS = """
SELECT chunk.id, document_id, file_name, chunk_index, content, page_from, page_to, heading
FROM document_chunks AS chunk JOIN documents ON documents.id = chunk.document_id
WHERE chunk.id = ANY(%(chunks)s) AND user_id = %(user_id)s
"""


def lexical(connection: Connection, user_id: str, terms: Sequence[str]) -> dict[int, float]:
    """Return the BM25 score of the chunks that best match `terms`, by chunk id."""
    return bm25.scores(connection, user_id, terms, CANDIDATES)


def semantic(
    connection: Connection,
    user_id: str,
    vector: Sequence[float],
    exact_chunks: int = EXACT_CHUNKS,
) -> dict[int, float]:
    """Return the cosine similarity of the chunks nearest to `vector`, by chunk id.

    NaN where a vector has no direction. Exact for users of up to `exact_chunks`; beyond that by
    the HNSW index, if there is one. Call it within a transaction.
    """
    values = {"user_id": user_id, "vector": HalfVector(list(vector))}
    [(chunks,)] = connection.execute(_COUNT, [user_id])
    if chunks <= exact_chunks:
        return _scores(connection, _NEAREST_EXACTLY, values)
    connection.execute(_ITERATIVE)
    return _scores(connection, _NEAREST, values)


def contents(
    connection: Connection, user_id: str, chunks: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Return what to show of `chunks`, by chunk id, in the names of `models.Hit`."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_HITS, {"user_id": user_id, "chunks": list(chunks)})
        return {row.pop("id"): row for row in rows}


def _scores(connection: Connection, query: str, values: Mapping[str, Any]) -> dict[int, float]:
    return dict(connection.execute(query, {**values, "candidates": CANDIDATES}).fetchall())
