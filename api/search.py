"""Hybrid search: by words and by meaning at once, by words alone when the model does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from api import highlight, retrieval
from api.deadline import Deadline
from api.models import Excerpt, Hit, Ranking, Span
from api.ranking import fuse
from api.scope import Scope
from processor import metrics
from processor.database import Connection
from processor.embed import Embedder, Vector
from processor.errors import TransientError
from processor.logs import logger
from processor.metrics import milliseconds
from processor.tokens import tokenize

# After that a search by words alone is of more use than a better one later.
EMBEDDING_SECONDS = 5

# A statement that takes longer is a database in trouble, and the client waits.
STATEMENT_SECONDS = 8.0

# The sums of a hundred thousand chunks take some megabytes; on disk they take twice as long. A plan
# made for whatever terms and filters may come takes five times as long as one made for these.
_BEGIN = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan
"""
_LIMIT = "SELECT set_config('statement_timeout', %s, true)"


@dataclass(frozen=True)
class Found:
    """A page of what was found, best first.

    next_offset: where the next page begins, None after the last. similarity: the cosine of the
    nearest chunk, on this page or not; 0 where meaning was not compared.
    """

    hits: list[Hit]
    next_offset: int | None
    ranking: Ranking
    similarity: float


@dataclass(frozen=True)
class Search:
    """embedder: None where queries are compared by words only (ENABLE_RAG=false).

    monotonic: seconds from any start.
    """

    connection: Callable[[], Connection]
    embedder: Embedder | None
    monotonic: Callable[[], float] = time.monotonic

    def __call__(
        self, query: str, scope: Scope, deadline: Deadline, limit: int, offset: int = 0
    ) -> Found:
        """Return the chunks within `scope` that answer best to `query`, from `offset` on.

        Raises `psycopg.errors.QueryCanceled` when PostgreSQL takes too long.
        """
        began = self.monotonic()
        vector = self._vector(query, deadline)
        connection = self.connection()
        # One snapshot, so that a document replaced meanwhile is seen before or after, not half.
        with connection.transaction():
            connection.execute(_BEGIN)
            connection.execute(_LIMIT, [_milliseconds(deadline)])
            by_words = retrieval.lexical(connection, scope, sorted(set(tokenize(query))))
            by_meaning = {} if vector is None else retrieval.semantic(connection, scope, vector)
            ranked = fuse(by_words, by_meaning)
            page = dict(ranked[offset : offset + limit])
            contents = retrieval.contents(connection, scope, list(page))
        words = highlight.Words.of(query)
        end = offset + limit
        found = Found(
            hits=[_hit(contents[chunk], score, words) for chunk, score in page.items()],
            next_offset=end if end < len(ranked) else None,
            ranking="lexical" if vector is None else "hybrid",
            similarity=max(filter(isfinite, by_meaning.values()), default=0.0),
        )
        took = milliseconds("SearchDuration", self.monotonic() - began)
        metrics.publish([took], ranking=found.ranking)
        return found

    def _vector(self, query: str, deadline: Deadline) -> Vector | None:
        if self.embedder is None:
            return None
        seconds = min(EMBEDDING_SECONDS, deadline.left())
        try:
            return self.embedder.embed([query], purpose="search_query", seconds=seconds)[0]
        except TransientError as error:
            logger.warning("Searching by words only", exc_info=error)
            return None


def _milliseconds(deadline: Deadline) -> str:
    seconds = min(STATEMENT_SECONDS, deadline.left())
    return f"{max(1, int(seconds * 1000))}ms"  # 0 would mean no limit


def _hit(row: dict[str, Any], score: float, words: highlight.Words) -> Hit:
    content = row["content"]
    marked = highlight.places(content, words)
    start, end = highlight.excerpt(content, marked)
    return Hit(
        **row,
        score=score,
        highlights=[Span(start=first, end=last) for first, last in marked],
        excerpt=Excerpt(text=content[start:end], start=start, end=end),
    )
