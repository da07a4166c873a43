"""BM25 over one user's chunks, exact whatever is written meanwhile, k1 = 1.2 and b = 0.75.

A chunk scores, summed over the terms of the query,

    2.2 · ln(1 + (n - df + 0.5) / (df + 0.5)) · tf / (tf + 0.3 + 0.9 · dl / average)

where n, average and df are counted when the query runs, over all chunks of the user whatever
filters leave, so that a chunk scores the same with and without them (docs/decisions/0040).

The first two factors are the weight of a term, which the last one never exceeds. So the terms that
most chunks have, which cost most to add up and weigh least, need not be added up everywhere: once
the rare ones alone lift as many chunks as are asked for above all that the common ones could give
together, the common ones are looked up for those chunks only that may still be among the best
(MaxScore, Turtle and Flood 1995).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from psycopg.sql import SQL, Composed

from api.scope import Scope
from processor.database import Connection

# Terms in more chunks than both of these say are common.
COMMON_CHUNKS = 1000
COMMON_SHARE = 0.2

_TOTALS = """
SELECT sum(chunk_count)::float8, sum(token_count)::float8 FROM documents
WHERE user_id = %(user_id)s AND chunk_count > 0
"""

_FREQUENCIES = """
SELECT term, count(*) FROM postings JOIN documents ON documents.id = document_id
WHERE term = ANY(%(terms)s) AND user_id = %(user_id)s GROUP BY term
"""

# `bar` is what the last of the best chunks has by its rare terms; 0 while there are too few.
_SCORES = SQL("""
WITH mine AS MATERIALIZED (
    SELECT id FROM documents WHERE {within} AND chunk_count > 0
), rare AS MATERIALIZED (
    SELECT chunk_id, sum(weight * tf / (tf + 0.3::float8 + %(slope)s::float8 * dl)) AS score
    FROM postings JOIN mine ON mine.id = document_id
        JOIN unnest(%(rare)s::text[], %(rare_weights)s::float8[]) AS query (term, weight)
            USING (term)
    WHERE term = ANY(%(rare)s)
    GROUP BY chunk_id
), bar AS MATERIALIZED (
    SELECT CASE WHEN count(*) = %(limit)s THEN min(score) ELSE 0 END AS score
    FROM (SELECT score FROM rare ORDER BY score DESC LIMIT %(limit)s) AS best
)
SELECT rare.chunk_id, rare.score + coalesce(common.score, 0) AS score, bar.score
FROM rare CROSS JOIN bar LEFT JOIN LATERAL (
    SELECT sum(weight * tf / (tf + 0.3::float8 + %(slope)s::float8 * dl)) AS score
    FROM unnest(%(common)s::text[], %(common_weights)s::float8[]) AS query (term, weight)
        JOIN postings USING (term)
    WHERE postings.chunk_id = rare.chunk_id
) AS common ON %(bound)s::float8 > 0
WHERE rare.score + %(bound)s::float8 >= bar.score
ORDER BY 2 DESC, rare.chunk_id LIMIT %(limit)s
""")


@dataclass(frozen=True)
class Statistics:
    """What is counted over a user's chunks for the terms of one query.

    tokens: terms of all chunks together. frequencies: how many chunks have a term; terms that
    none has are in it with 0.
    """

    chunks: float
    tokens: float
    frequencies: Mapping[str, int]

    @property
    def weights(self) -> dict[str, float]:
        """What each term gives to a chunk at most."""
        return {term: self._weight(df) for term, df in self.frequencies.items()}

    def _weight(self, df: int) -> float:
        return 2.2 * log(1 + (self.chunks - df + 0.5) / (df + 0.5))


def count(connection: Connection, user_id: str, terms: Sequence[str]) -> Statistics:
    """Return the statistics of distinct `terms`; to be called in the snapshot of `scores`."""
    user = {"user_id": user_id}
    [(chunks, tokens)] = connection.execute(_TOTALS, user)
    frequencies = dict.fromkeys(terms, 0)
    if tokens:
        frequencies |= connection.execute(_FREQUENCIES, user | {"terms": list(terms)}).fetchall()
    return Statistics(chunks or 0.0, tokens or 0.0, frequencies)


def scores(
    connection: Connection,
    scope: Scope,
    statistics: Statistics,
    limit: int,
    common_chunks: int = COMMON_CHUNKS,
) -> dict[int, float]:
    """Return the score of the chunks within `scope` that match best, by chunk id, best first."""
    found = {term: df for term, df in statistics.frequencies.items() if df}
    if not found:
        return {}
    weights = {term: weight for term, weight in statistics.weights.items() if term in found}
    most = max(common_chunks, COMMON_SHARE * statistics.chunks)
    common = {term: weights[term] for term, df in found.items() if df > most}
    rare = {term: weight for term, weight in weights.items() if term not in common}
    slope = 0.9 * statistics.chunks / statistics.tokens
    values = scope.values | {"slope": slope, "limit": limit}
    query = _SCORES.format(within=scope.condition)
    best, bar = _best(connection, query, values, rare, common)
    if common and bar <= _bound(common):  # the common terms alone may lift a chunk above others
        best, _ = _best(connection, query, values, weights, {})
    return best


def _bound(weights: Mapping[str, float]) -> float:
    """Return more than the terms can give to any chunk; sums of floats depend on their order."""
    return sum(weights.values()) * (1 + 1e-9)


def _best(
    connection: Connection,
    query: Composed,
    values: Mapping[str, Any],
    rare: Mapping[str, float],
    common: Mapping[str, float],
) -> tuple[dict[int, float], float]:
    """Return the best chunks that have a rare term, and the bar."""
    terms = {
        "rare": list(rare),
        "rare_weights": list(rare.values()),
        "common": list(common),
        "common_weights": list(common.values()),
        "bound": _bound(common),
    }
    rows = connection.execute(query, {**values, **terms}).fetchall()
    return {chunk: score for chunk, score, _ in rows}, rows[0][2] if rows else 0.0
