"""The SQL of search: candidates by words, candidates by meaning, and what a hit shows.

Everything is looked for within a scope, which names the user, and counted over that user's own
documents: what others upload changes neither the results of a user nor their scores. Filters
hold in both rankings before the best are taken. Only finished documents have chunks to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pgvector import HalfVector
from psycopg.rows import dict_row
from psycopg.sql import SQL

from api import bm25
from api.scope import Scope
from processor.database import Connection
from processor.vector_index import EXACT_CHUNKS

CANDIDATES = 100  # of each ranking; what neither has among its first hundred is no hit

_COUNT = SQL("SELECT coalesce(sum(chunk_count), 0) FROM documents WHERE {within}")

# The sum is no expression the HNSW index knows, so every chunk within the scope is compared.
_NEAREST_EXACTLY = SQL("""
SELECT chunk.id, 1 - (chunk.embedding <=> %(vector)s) AS similarity
FROM document_chunks AS chunk JOIN documents ON documents.id = chunk.document_id
WHERE {within}
ORDER BY (chunk.embedding <=> %(vector)s) + 0, chunk.id LIMIT %(candidates)s
""")

# Chunks in the order of the HNSW index, until enough of them are within the scope. That order is
# nearly right; the outer one is.
_NEAREST = SQL("""
WITH near AS MATERIALIZED (
    SELECT chunk.id, chunk.embedding <=> %(vector)s AS distance
    FROM document_chunks AS chunk JOIN documents ON documents.id = chunk.document_id
    WHERE {within}
    ORDER BY chunk.embedding <=> %(vector)s LIMIT %(candidates)s
)
SELECT id, 1 - distance FROM near ORDER BY distance, id
""")

# Without iterative scans the index yields ef_search chunks of whoever, then stops. Twice as many as
# are asked for cost half a millisecond and find half of the nearest that would be missed.
_ITERATIVE = (
    f"SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = {2 * CANDIDATES}"
)

_HITS = SQL("""
SELECT chunk.id, document_id, file_name, chunk_index, content, page_from, page_to, heading
FROM document_chunks AS chunk JOIN documents ON documents.id = chunk.document_id
WHERE chunk.id = ANY(%(chunks)s) AND {within}
""")


def lexical(connection: Connection, scope: Scope, terms: Sequence[str]) -> dict[int, float]:
    """Return the BM25 score of the chunks that best match distinct `terms`, by chunk id.

    Call it within a transaction of one snapshot: the counts and the sums belong together.
    """
    statistics = bm25.count(connection, scope.user_id, terms)
    return bm25.scores(connection, scope, statistics, CANDIDATES)


def semantic(
    connection: Connection,
    scope: Scope,
    vector: Sequence[float],
    exact_chunks: int = EXACT_CHUNKS,
) -> dict[int, float]:
    """Return the cosine similarity of the chunks nearest to `vector`, by chunk id.

    NaN where a vector has no direction. Exact for scopes of up to `exact_chunks`; beyond that by
    the HNSW index, if there is one. Call it within a transaction.
    """
    values = scope.values | {"vector": HalfVector(list(vector)), "candidates": CANDIDATES}
    [(chunks,)] = connection.execute(_COUNT.format(within=scope.condition), values)
    if chunks > exact_chunks:
        connection.execute(_ITERATIVE)
        nearest = _similarities(connection, _NEAREST, scope, values)
        # The scan gives up after hnsw.max_scan_tuples, however few of them were within the scope.
        if len(nearest) >= min(CANDIDATES, chunks):
            return nearest
    return _similarities(connection, _NEAREST_EXACTLY, scope, values)


def contents(
    connection: Connection, scope: Scope, chunks: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Return what to show of `chunks`, by chunk id, in the names of `models.Hit`."""
    query = _HITS.format(within=scope.condition)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, scope.values | {"chunks": list(chunks)})
        return {row.pop("id"): row for row in rows}


def _similarities(
    connection: Connection, query: SQL, scope: Scope, values: dict[str, Any]
) -> dict[int, float]:
    rows = connection.execute(query.format(within=scope.condition), values)
    return dict(rows.fetchall())
