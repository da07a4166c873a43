"""Nearest chunks: exact for those with few, by the HNSW index for those with many."""

from __future__ import annotations

import random
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from pgvector import HalfVector

from api import retrieval
from processor import vector_index
from processor.database import Connection
from processor.embed import DIMENSIONS


def vector(seed: int) -> list[float]:
    numbers = random.Random(seed)  # noqa: S311 - the same vectors every time
    return [numbers.gauss(0, 1) for _ in range(DIMENSIONS)]


VALUES = {"user_id": "alice", "vector": HalfVector(vector(3)), "candidates": 100}


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


def plan(connection: Connection, query: str) -> str:
    return "\n".join(row[0] for row in connection.execute("EXPLAIN " + query, VALUES))


def prefer_the_index(connection: Connection) -> None:
    """Let the planner treat this small table as it would a large one."""
    connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")


def test_small_users_are_compared_exactly_although_there_is_an_index(crowd: Connection) -> None:
    with crowd.transaction():
        prefer_the_index(crowd)
        nearest = retrieval.semantic(crowd, "alice", vector(3))
        assert len(nearest) == 10
        assert max(nearest.values()) == pytest.approx(1, abs=1e-3)
        assert vector_index.NAME not in plan(crowd, retrieval._NEAREST_EXACTLY)


def test_index_yields_enough_of_the_users_chunks(crowd: Connection) -> None:
    with crowd.transaction():
        exact = retrieval.semantic(crowd, "alice", vector(3))
        prefer_the_index(crowd)
        assert vector_index.NAME in plan(crowd, retrieval._NEAREST)
        by_index = retrieval.semantic(crowd, "alice", vector(3), exact_chunks=5)
    assert by_index == pytest.approx(exact)
    assert list(by_index.values()) == sorted(by_index.values(), reverse=True)


def test_without_iterative_scans_the_index_would_yield_too_few(crowd: Connection) -> None:
    with crowd.transaction():
        prefer_the_index(crowd)
        assert len(crowd.execute(retrieval._NEAREST, VALUES).fetchall()) < 10


def test_without_the_index_large_users_are_compared_exactly(connection: Connection) -> None:
    add(connection, "alice", range(20))
    with connection.transaction():
        assert len(retrieval.semantic(connection, "alice", vector(3), exact_chunks=5)) == 20


def test_scan_settings_end_with_the_search(crowd: Connection) -> None:
    with crowd.transaction():
        retrieval.semantic(crowd, "alice", vector(3), exact_chunks=5)
        assert crowd.execute("SHOW hnsw.iterative_scan").fetchone() == ("relaxed_order",)
    assert crowd.execute("SHOW hnsw.iterative_scan").fetchone() == ("off",)
