"""BM25 over one user's chunks, exact whatever is written meanwhile, k1 = 1.2 and b = 0.75.

A chunk scores, summed over the terms of the query,

    2.2 · ln(1 + (n - df + 0.5) / (df + 0.5)) · tf / (tf + 0.3 + 0.9 · dl / average)

where n, average and df are counted when the query runs. Counting df first and adding up in a
second statement reads the index twice, and is still a quarter faster than one statement that must
keep what it read.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from processor.database import Connection

_TOTALS = """
SELECT sum(chunk_count)::float8, sum(token_count)::float8 FROM documents
WHERE user_id = %(user_id)s AND chunk_count > 0
"""

_FREQUENCIES = """
SELECT term, count(*) FROM postings JOIN documents ON documents.id = document_id
WHERE term = ANY(%(terms)s) AND user_id = %(user_id)s GROUP BY term
"""

_SCORES = """
WITH mine AS MATERIALIZED (
    SELECT id FROM documents WHERE user_id = %(user_id)s AND chunk_count > 0
)
SELECT chunk_id, sum(weight * tf / (tf + 0.3::float8 + %(slope)s::float8 * dl)) AS score
FROM postings JOIN mine ON mine.id = document_id
    JOIN unnest(%(terms)s::text[], %(weights)s::float8[]) AS query (term, weight) USING (term)
WHERE term = ANY(%(terms)s)
GROUP BY chunk_id ORDER BY score DESC, chunk_id LIMIT %(limit)s
"""


def scores(
    connection: Connection, user_id: str, terms: Sequence[str], limit: int
) -> dict[int, float]:
    """Return the score of the chunks that best match distinct `terms`, by chunk id.

    Call it within a transaction of one snapshot: the counts and the sums belong together.
    """
    user = {"user_id": user_id}
    [(chunks, tokens)] = connection.execute(_TOTALS, user)
    if not tokens:
        return {}
    frequencies = connection.execute(_FREQUENCIES, user | {"terms": list(terms)})
    weights = {term: _weight(chunks, df) for term, df in frequencies}
    query = {
        "terms": list(weights),
        "weights": list(weights.values()),
        "slope": 0.9 * chunks / tokens,
        "limit": limit,
    }
    return dict(connection.execute(_SCORES, user | query).fetchall())


def _weight(chunks: float, df: int) -> float:
    return 2.2 * log(1 + (chunks - df + 0.5) / (df + 0.5))
