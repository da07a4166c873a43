"""Hybrid search: by words and by meaning at once, by words alone when the model does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from api import retrieval
from api.models import Hit, SearchAnswer
from api.ranking import fuse
from processor import metrics
from processor.database import Connection
from processor.embed import Embedder, Vector
from processor.errors import TransientError
from processor.logs import logger
from processor.metrics import milliseconds
from processor.tokens import tokenize

# After that a search by words alone is of more use than a better one later.
EMBEDDING_SECONDS = 5.0

# The sums of a hundred thousand chunks take some megabytes; on disk they take twice as long.
_BEGIN = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL work_mem = '64MB'
"""


@dataclass(frozen=True)
class Search:
    """embedder: None where queries are compared by words only (ENABLE_RAG=false).

    monotonic: seconds from any start.
    """

    connection: Callable[[], Connection]
    embedder: Embedder | None
    monotonic: Callable[[], float] = time.monotonic

    def __call__(self, query: str, user_id: str, limit: int) -> SearchAnswer:
        """Return the `limit` chunks of the user's documents that answer best to `query`."""
        began = self.monotonic()
        vector = self._vector(query)
        connection = self.connection()
        # One snapshot, so that a document replaced meanwhile is seen before or after, not half.
        with connection.transaction():
            connection.execute(_BEGIN)
            results = _hits(connection, query, vector, user_id, limit)
        answer = SearchAnswer(results=results, ranking="lexical" if vector is None else "hybrid")
        took = milliseconds("SearchDuration", self.monotonic() - began)
        metrics.publish([took], ranking=answer.ranking)
        return answer

    def _vector(self, query: str) -> Vector | None:
        if self.embedder is None:
            return None
        try:
            return self.embedder.embed([query], purpose="search_query", seconds=EMBEDDING_SECONDS)[
                0
            ]
        except TransientError as error:
            logger.warning("Searching by words only", exc_info=error)
            return None


def _hits(
    connection: Connection, query: str, vector: Vector | None, user_id: str, limit: int
) -> list[Hit]:
    by_words = retrieval.lexical(connection, user_id, sorted(set(tokenize(query))))
    by_meaning = {} if vector is None else retrieval.semantic(connection, user_id, vector)
    best = fuse(by_words, by_meaning)[:limit]
    contents = retrieval.contents(connection, user_id, [chunk for chunk, _ in best])
    return [Hit(**contents[chunk], score=score) for chunk, score in best]
