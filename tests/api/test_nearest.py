"""Nearest chunks: exact for those with few, by the HNSW index for those with many."""

from __future__ import annotations

import random
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from pgvector import HalfVector
from psycopg.sql import SQL

from api import retrieval
from api.scope import Scope
from processor import vector_index
from processor.database import Connection
from processor.embed import DIMENSIONS


def vector(seed: int) -> list[float]:
    numbers = random.Random(seed)  # noqa: S311 - the same vectors every time
    return [numbers.gauss(0, 1) for _ in range(DIMENSIONS)]


ALICE = Scope("alice")
VALUES = ALICE.values | {"vector": HalfVector(vector(3)), "candidates": 100}


def add(connection: Connection, user: str, seeds: Sequence[int]) -> UUID:
    document = uuid4()
    connection.execute(
        "INSERT INTO documents (id, user_id, file_name, file_path, file_type, status, chunk_count)"
        " VALUES (%s, %s, 'a', 'a', 'a', 'completed', %s)",
        [document, user, len(seeds)],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO document_chunks (document_id, chunk_index, content, char_start, char_end,"
            " token_count, content_sha256, embedding) VALUES (%s, %s, '', 0, 0, 0, '', %s)",
            [(document, index, HalfVector(vector(seed))) for index, seed in enumerate(seeds)],
        )
    return document


@pytest.fixture
def crowd(connection: Connection) -> Connection:
    """Five hundred chunks, one in fifty of them alice's, with an index."""
    add(connection, "bob", range(1000, 1490))
    add(connection, "alice", range(10))
    assert vector_index.ensure(connection, exact_chunks=100) == f"built {vector_index.NAME}"
    return connection


def plan(connection: Connection, query: SQL) -> str:
    explained = SQL("EXPLAIN {}").format(query.format(within=ALICE.condition))
    return "\n".join(row[0] for row in connection.execute(explained, VALUES))


def prefer_the_index(connection: Connection) -> None:
    """Let the planner treat this small table as it would a large one."""
    connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")


def test_small_users_are_compared_exactly_although_there_is_an_index(crowd: Connection) -> None:
    with crowd.transaction():
        prefer_the_index(crowd)
        nearest = retrieval.semantic(crowd, ALICE, vector(3))
        assert len(nearest) == 10
        assert max(nearest.values()) == pytest.approx(1, abs=1e-3)
        assert vector_index.NAME not in plan(crowd, retrieval._NEAREST_EXACTLY)


def test_index_yields_enough_of_the_users_chunks(crowd: Connection) -> None:
    with crowd.transaction():
        exact = retrieval.semantic(crowd, ALICE, vector(3))
        prefer_the_index(crowd)
        assert vector_index.NAME in plan(crowd, retrieval._NEAREST)
        by_index = retrieval.semantic(crowd, ALICE, vector(3), exact_chunks=5)
    assert by_index == pytest.approx(exact)
    assert list(by_index.values()) == sorted(by_index.values(), reverse=True)


def test_without_iterative_scans_the_index_would_yield_too_few(crowd: Connection) -> None:
    with crowd.transaction():
        prefer_the_index(crowd)
        nearest = retrieval._NEAREST.format(within=ALICE.condition)
        assert len(crowd.execute(nearest, VALUES).fetchall()) < 10


def test_what_filters_leave_is_compared_exactly_if_it_is_little(crowd: Connection) -> None:
    document = add(crowd, "alice", range(20, 24))
    with crowd.transaction():
        prefer_the_index(crowd)
        scope = Scope("alice", document_ids=[document])
        nearest = retrieval.semantic(crowd, scope, vector(21), exact_chunks=10)
        assert crowd.execute("SHOW hnsw.iterative_scan").fetchone() == ("off",)
    assert len(nearest) == 4
    assert max(nearest.values()) == pytest.approx(1, abs=1e-3)


def test_a_scan_that_gives_up_early_is_made_good_exactly(
    crowd: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it gives up after the first forty chunks; a real one does after 20,000."""
    monkeypatch.setattr(retrieval, "_ITERATIVE", "SET LOCAL hnsw.iterative_scan = off")
    with crowd.transaction():
        exact = retrieval.semantic(crowd, ALICE, vector(3))
        prefer_the_index(crowd)
        assert retrieval.semantic(crowd, ALICE, vector(3), exact_chunks=5) == exact


def test_without_the_index_large_users_are_compared_exactly(connection: Connection) -> None:
    add(connection, "alice", range(20))
    with connection.transaction():
        assert len(retrieval.semantic(connection, ALICE, vector(3), exact_chunks=5)) == 20


def test_scan_settings_end_with_the_search(crowd: Connection) -> None:
    with crowd.transaction():
        retrieval.semantic(crowd, ALICE, vector(3), exact_chunks=5)
        assert crowd.execute("SHOW hnsw.iterative_scan").fetchone() == ("relaxed_order",)
    assert crowd.execute("SHOW hnsw.iterative_scan").fetchone() == ("off",)
