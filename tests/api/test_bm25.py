"""The SQL against the formula and against rank-bm25, for one user among others."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from api import bm25
from api.scope import Scope
from processor.database import Connection, connect
from processor.documents import object_key
from processor.events import ObjectRef
from processor.pages import Page
from processor.pipeline import ingest
from processor.settings import DatabaseCredentials
from processor.tokens import tokenize
from tests.api.corpus import add_document
from tests.processor import fakes

# Few words, so that documents share them and frequent ones are in all chunks.
WORDS = st.sampled_from(["假", "特別", "加班費", "remote", "work", "leave", "，"])
CHUNK = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
DOCUMENTS = st.lists(st.lists(CHUNK, max_size=4), max_size=4)


class Lucene(BM25Okapi):  # type: ignore[misc]
    """rank-bm25 with the idf that is never negative, as Lucene has it."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        n = self.corpus_size
        self.idf = {term: log(1 + (n - df + 0.5) / (df + 0.5)) for term, df in nd.items()}


def oracle(query: list[str], texts: list[str]) -> list[float]:
    chunks = [tokenize(text) for text in texts]
    average = sum(map(len, chunks)) / len(chunks)
    frequency = Counter(term for terms in chunks for term in set(terms))
    return [
        sum(
            log(1 + (len(chunks) - frequency[term] + 0.5) / (frequency[term] + 0.5))
            * (terms.count(term) * 2.2)
            / (terms.count(term) + 1.2 * (0.25 + 0.75 * len(terms) / average))
            for term in query
        )
        for terms in chunks
    ]


def best(
    connection: Any, user: str, query: list[str], limit: int, **bounds: int
) -> dict[int, float]:
    statistics = bm25.count(connection, user, query)
    return bm25.scores(connection, Scope(user), statistics, limit, **bounds)


def found(connection: Connection, user: str, query: list[str]) -> list[tuple[str, float]]:
    """The texts found and their scores, best first, equal ones by text."""
    scores = best(connection, user, query, 1000)
    rows = "SELECT id, content FROM document_chunks WHERE id = ANY(%s)"
    texts = dict(connection.execute(rows, [list(scores)]).fetchall())
    return sorted((texts[chunk], score) for chunk, score in scores.items())


def expected(query: list[str], texts: list[str]) -> list[tuple[str, float]]:
    if not any(map(tokenize, texts)):
        return []
    pairs = zip(texts, oracle(query, texts), strict=True)
    return sorted((text, score) for text, score in pairs if score > 0)


def agree(ours: list[tuple[str, float]], theirs: list[tuple[str, float]]) -> bool:
    return [text for text, _ in ours] == [text for text, _ in theirs] and [
        score for _, score in ours
    ] == pytest.approx([score for _, score in theirs])


@given(mine=DOCUMENTS, others=DOCUMENTS, query=CHUNK)
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_scores_are_those_of_the_formula(
    connection: Connection, mine: list[list[str]], others: list[list[str]], query: str
) -> None:
    connection.execute("DELETE FROM documents")
    for user, documents in (("alice", mine), ("bob", others)):
        for chunks in documents:
            add_document(connection, user, "a.txt", chunks)
    terms = sorted(set(tokenize(query)))
    texts = [text for chunks in mine for text in chunks]
    assert agree(found(connection, "alice", terms), expected(terms, texts))


@given(mine=DOCUMENTS, query=CHUNK, limit=st.integers(1, 4))
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_best_scores_are_the_same_when_common_terms_are_looked_up(
    connection: Connection, mine: list[list[str]], query: str, limit: int
) -> None:
    connection.execute("DELETE FROM documents")
    for chunks in mine:
        add_document(connection, "alice", "a.txt", chunks)
    terms = sorted(set(tokenize(query)))
    scores = list(best(connection, "alice", terms, limit, common_chunks=1).values())
    texts = [text for chunks in mine for text in chunks]
    highest = sorted((score for _, score in expected(terms, texts)), reverse=True)[:limit]
    assert scores == pytest.approx(highest)


@given(mine=DOCUMENTS, query=CHUNK, kept=st.sets(st.integers(0, 3)), common=st.integers(0, 5))
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_within_some_documents_chunks_score_as_among_all(
    connection: Connection, mine: list[list[str]], query: str, kept: set[int], common: int
) -> None:
    connection.execute("DELETE FROM documents")
    ids = [add_document(connection, "alice", "a.txt", chunks) for chunks in mine]
    within = [ids[n] for n in kept if n < len(ids)] or [uuid4()]
    statistics = bm25.count(connection, "alice", sorted(set(tokenize(query))))
    everywhere = bm25.scores(connection, Scope("alice"), statistics, 1000)
    scope = Scope("alice", document_ids=within)
    rows = "SELECT id FROM document_chunks WHERE document_id = ANY(%s)"
    there = {chunk for (chunk,) in connection.execute(rows, [within])}
    assert bm25.scores(connection, scope, statistics, 1000, common) == pytest.approx(
        {chunk: score for chunk, score in everywhere.items() if chunk in there}
    )


def test_common_terms_are_looked_up_for_the_best_only(connection: Connection) -> None:
    """Two chunks have a rare term; what all of them have decides between the two."""
    texts = ["rare 假 假 假", "rare 假 work work", *["假 work"] * 30]
    add_document(connection, "alice", "a.txt", texts)
    queries = []

    class Watching:
        def execute(self, statement: Any, values: Any) -> Any:
            queries.append(values)
            return connection.execute(statement, values)

    scores = best(Watching(), "alice", ["rare", "假"], 2, common_chunks=10)
    highest = sorted(oracle(["rare", "假"], texts), reverse=True)[:2]
    assert list(scores.values()) == pytest.approx(highest)
    looked_up = [values["common"] for values in queries if "common" in values]
    assert looked_up == [["假"]]  # and no second time with all terms added up


def test_oracle_agrees_with_rank_bm25() -> None:
    texts = ["特別休假 七日", "加班費 加班", "休假 remote work leave", "work work"]
    query = sorted(set(tokenize("特別休假 work")))
    theirs = Lucene([tokenize(text) for text in texts], k1=1.2, b=0.75).get_scores(query)
    assert np.allclose(theirs, oracle(query, texts))


def test_best_come_first_and_no_more_than_asked_for(connection: Connection) -> None:
    add_document(connection, "alice", "a.txt", ["rule", "rule rule", "rule rule rule", "none"])
    scores = list(best(connection, "alice", ["rule"], 2).values())
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)


def test_search_stays_exact_while_documents_come_change_and_go(
    database: DatabaseCredentials, connection: Connection, tmp_path: Path
) -> None:
    """Four writers at once, while a reader asks; each answer is that of the rows it saw."""
    shelf = fakes.Shelf(tmp_path)
    texts = ["特別休假七日。", "加班費依法計算。休假從優。", "Remote work and leave."]
    for number, text in enumerate(texts):
        shelf.put(f"v{number}", text)
    query = sorted(set(tokenize("休假 work")))

    def write(writer: int) -> None:
        deps = fakes.dependencies(database, shelf, f"writer-{writer}")
        deps = replace(deps, extract=lambda path, *_: pages(path))
        kept, dropped = uuid4(), uuid4()
        with connect(database) as own:
            for document in (kept, dropped):
                for version in range(3):
                    ref = reference(document, version)
                    ingest(ref, deps)
                    own.execute("UPDATE documents SET user_id = 'alice' WHERE id = %s", [document])
            own.execute("DELETE FROM documents WHERE id = %s", [dropped])
        deps.store.close()

    def reference(document: UUID, version: int) -> ObjectRef:
        key = object_key(document, "a.txt")
        return ObjectRef("documents", key, 9, f"v{version}", f"0{version}")

    def pages(path: Path) -> list[Page]:
        return [Page(None, path.read_text("utf-8"))]

    compared = 0
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        while not all(writer.done() for writer in writers):
            compared += snapshot_agrees(connection, query)
        for writer in writers:
            writer.result()
    assert compared
    assert snapshot_agrees(connection, query)
    assert found(connection, "alice", query) == [(texts[2], pytest.approx(SAME))] * 4


# Four chunks with the term in all of them: ln(1 + 0.5 / 4.5) times what one occurrence counts.
SAME = log(1 + 0.5 / 4.5)


def snapshot_agrees(connection: Connection, query: list[str]) -> bool:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = connection.execute(
            "SELECT content FROM document_chunks c JOIN documents d ON d.id = document_id"
            " WHERE user_id = 'alice'"
        )
        texts = [row[0] for row in rows]
        assert agree(found(connection, "alice", query), expected(query, texts))
    return True
