from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import boto3
import psycopg
import pytest

from processor import vector_index
from processor.database import Connection, open_plain
from processor.settings import DatabaseCredentials
from tests.processor.conftest import REGION


def document(connection: Connection, user: str, chunks: int) -> None:
    connection.execute(
        "INSERT INTO documents (id, user_id, file_name, file_path, file_type, chunk_count)"
        " VALUES (gen_random_uuid(), %s, 'a', 'a', 'a', %s)",
        [user, chunks],
    )


def indexes(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [vector_index.NAME]
    )
    return [row[0] for row in rows]


def test_empty_table_gets_no_index(connection: Connection) -> None:
    assert "no index needed" in vector_index.ensure(connection)
    assert indexes(connection) == []


def test_many_chunks_of_many_users_need_none(connection: Connection) -> None:
    for user in ("ann", "bob", "cleo"):
        document(connection, user, vector_index.EXACT_CHUNKS)
    assert vector_index.largest_user_chunks(connection) == vector_index.EXACT_CHUNKS
    assert "no index needed" in vector_index.ensure(connection)


def test_many_chunks_of_one_user_need_it_once(connection: Connection) -> None:
    document(connection, "ann", vector_index.EXACT_CHUNKS)
    document(connection, "ann", 1)
    assert vector_index.ensure(connection) == f"built {vector_index.NAME}"
    assert "USING hnsw (embedding halfvec_cosine_ops)" in indexes(connection)[0]
    assert vector_index.ensure(connection) == f"{vector_index.NAME} is there already"


def test_index_that_a_stopped_build_left_is_built_anew(connection: Connection) -> None:
    """A unique index over equal rows fails and stays behind, invalid, as after a stopped build."""
    for _ in range(2):
        document(connection, "ann", 5)
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {vector_index.NAME} ON documents (user_id)"
        )
    assert vector_index.ensure(connection, exact_chunks=1) == f"built {vector_index.NAME}"
    assert "USING hnsw" in indexes(connection)[0]


def test_command(
    database: DatabaseCredentials,
    aws: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    name = f"index-{database.dbname}"
    member = asdict(database) | {"username": database.user}
    secrets.create_secret(Name=name, SecretString=json.dumps(member))
    secrets.close()
    monkeypatch.setenv("DB_SECRET_NAME", name)
    with open_plain(database) as connection:
        document(connection, "ann", 3)
    assert vector_index.main([]) == 0
    assert vector_index.main(["--exact-chunks", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"built {vector_index.NAME}"


def test_command_fails_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]
) -> None:
    monkeypatch.delenv("DB_SECRET_NAME", raising=False)
    assert vector_index.main([]) == 1
    assert capsys.readouterr().err.count("\n") == 1
