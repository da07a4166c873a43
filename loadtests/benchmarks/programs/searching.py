"""Search over CHUNKS chunks of one user: `searching.py DATABASE_URL CHUNKS`; prints JSON.

Words alone against rank-bm25 and bm25s (where installed) over the same chunks and queries; then
words and meaning together, as GET /search does it, with and without filters; then what POST /query
adds to it. What Bedrock takes to embed the query and to answer is not in the figures.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import psutil
from corpus import DOCUMENT_CHUNKS, USER, Corpus, database, insert_document, open_database

from api import retrieval
from api.answering import Answering
from api.converse import Reply
from api.deadline import Deadline
from api.scope import Scope
from api.search import Search
from processor import content, vector_index
from processor.database import Connection
from processor.embed import Purpose, Vector
from processor.tokens import tokenize

QUERIES = 60
SLOW_QUERIES = 12  # of a library that takes seconds each


@dataclass
class Prepared:
    """Answers at once: what Bedrock takes is not what is measured."""

    corpus: Corpus
    name: str = "benchmark/1536"

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        return [self.corpus.vector() for _ in texts]


def quantiles(search: Callable[[str], Any], queries: Sequence[str]) -> dict[str, float]:
    search(queries[0])
    seconds = []
    for query in queries:
        began = time.perf_counter()
        search(query)
        seconds.append(time.perf_counter() - began)
    p50, p95 = np.quantile(seconds, [0.5, 0.95])
    return {"p50_ms": round(p50 * 1000, 2), "p95_ms": round(p95 * 1000, 2)}


def cpu_ms(connection: Connection, search: Callable[[str], Any], queries: Sequence[str]) -> float:
    """Return the processor time of a query, here and in PostgreSQL: neighbours do not add to it."""
    [(pid,)] = connection.execute("SELECT pg_backend_pid()")
    processes = [psutil.Process(), psutil.Process(pid)]
    began = [sum(process.cpu_times()[:2]) for process in processes]
    for query in queries:
        search(query)
    spent = sum(sum(process.cpu_times()[:2]) for process in processes) - sum(began)
    return round(spent / len(queries) * 1000, 1)


def fill(connection: Connection, corpus: Corpus, chunks: int) -> list[list[str]]:
    """Write the chunks as fast as can be; returns the terms of each."""
    connection.execute("DROP INDEX postings_term_chunk; DROP INDEX postings_document")
    terms = []
    for document_id, processed in corpus.documents(chunks):
        with connection.transaction():
            insert_document(connection, document_id, processed)
            content.replace(connection, document_id, processed)
        terms += [tokenize(chunk.content) for chunk in processed.chunks]
    connection.execute(
        "CREATE INDEX postings_term_chunk ON postings (term, chunk_id)"
        " INCLUDE (document_id, tf, dl)"
    )
    connection.execute("CREATE INDEX postings_document ON postings (document_id)")
    connection.execute("VACUUM ANALYZE")
    return terms


def libraries(terms: list[list[str]], queries: list[str]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    if importlib.util.find_spec("rank_bm25"):
        from rank_bm25 import BM25Okapi

        began = time.perf_counter()
        ranked = BM25Okapi(terms, k1=1.2, b=0.75)
        figures["rank-bm25"] = {"build_s": round(time.perf_counter() - began, 1)}
        few = queries if len(terms) <= 10_000 else queries[:SLOW_QUERIES]
        best = lambda query: np.argsort(ranked.get_scores(tokenize(query)))[-100:]  # noqa: E731
        figures["rank-bm25"] |= quantiles(best, few)
        del ranked
        gc.collect()
    if importlib.util.find_spec("bm25s"):
        import bm25s

        began = time.perf_counter()
        lucene = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        lucene.index(terms, show_progress=False)
        figures["bm25s"] = {"build_s": round(time.perf_counter() - began, 1)}
        figures["bm25s"] |= quantiles(
            lambda query: lucene.retrieve([tokenize(query)], k=100, show_progress=False), queries
        )
    return figures


def some_documents(chunks: int) -> Scope:
    """Return a filter that leaves the first documents, of so many chunks together."""
    firsts = range(0, chunks, DOCUMENT_CHUNKS)
    return Scope(USER, document_ids=[UUID(int=first + 1) for first in firsts])


def recall(connection: Connection, vectors: Sequence[Vector], scope: Scope) -> float:
    """Return the share of the ten nearest that the index finds."""
    shares = []
    for vector in vectors:
        with connection.transaction():
            exact = list(retrieval.semantic(connection, scope, vector, exact_chunks=sys.maxsize))
            nearly = list(retrieval.semantic(connection, scope, vector))
        shares.append(len(set(exact[:10]) & set(nearly[:10])) / 10)
    return round(float(np.mean(shares)), 3)


def answered(system: str, message: str, deadline: Deadline) -> Reply:
    """Answer at once, citing what a model would."""
    return Reply("依規定辦理。[1] 另有規定者從其規定。[2][3]", "end_turn")


def main(url: str, chunks: int) -> None:
    corpus = Corpus()
    connection = open_database(database(url, f"bench_search_{chunks}"))
    began = time.perf_counter()
    terms = fill(connection, corpus, chunks)
    figures: dict[str, Any] = {"chunks": chunks, "fill_s": round(time.perf_counter() - began, 1)}
    queries = [corpus.query() for _ in range(QUERIES)]
    vectors = [corpus.vector() for _ in range(QUERIES)]
    figures["query_terms"] = round(sum(len(set(tokenize(q))) for q in queries) / QUERIES, 1)
    everything = Scope(USER)
    few, half = some_documents(chunks // 20), some_documents(chunks // 2)
    # As api.search does.
    connection.execute("SET work_mem = '64MB'; SET plan_cache_mode = force_custom_plan")
    figures["words"] = quantiles(
        lambda query: retrieval.lexical(connection, everything, sorted(set(tokenize(query)))),
        queries,
    )
    figures |= libraries(terms, queries)
    search = Search(lambda: connection, Prepared(corpus))

    def hybrid(scope: Scope) -> dict[str, float]:
        def ten(query: str) -> object:
            return search(query, scope, Deadline.within(30), 10)

        return quantiles(ten, queries) | {"cpu_ms": cpu_ms(connection, ten, queries)}

    figures["hybrid without vector index"] = hybrid(everything)
    began = time.perf_counter()
    figures["vector_index"] = vector_index.ensure(connection)
    figures["vector_index_s"] = round(time.perf_counter() - began, 1)
    figures["hybrid"] = hybrid(everything)
    figures["hybrid, a twentieth of the documents"] = hybrid(few)
    figures["hybrid, half of the documents"] = hybrid(half)
    figures["recall@10 of the index"] = recall(connection, vectors, everything)
    figures["recall@10 of the index, half of the documents"] = recall(connection, vectors, half)
    answering = Answering(search, answered)
    figures["query without model"] = quantiles(
        lambda query: answering(query, everything, 8, Deadline.within(30)), queries
    )
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
