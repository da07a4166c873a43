from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from psycopg.sql import SQL, Identifier

from processor import migrate, settings
from processor.database import Connection, open_plain
from processor.settings import DatabaseCredentials
from tests.processor.conftest import REGION

NAMES = sorted(path.stem for path in Path(migrate.__file__).parent.glob("migrations/*.sql"))


@pytest.fixture
def empty(postgres: DatabaseCredentials, request: pytest.FixtureRequest) -> Any:
    """A database without a schema."""
    name = f"empty_{abs(hash(request.node.nodeid))}"
    with open_plain(postgres) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    yield replace(postgres, dbname=name)
    with open_plain(postgres) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_migrations_are_applied_once(empty: DatabaseCredentials) -> None:
    with open_plain(empty) as connection:
        assert list(migrate.migrate(connection)) == NAMES
        assert list(migrate.migrate(connection)) == []


def test_two_at_a_time_apply_each_migration_once(empty: DatabaseCredentials) -> None:
    def apply(_: int) -> list[str]:
        with open_plain(empty) as connection:
            return list(migrate.migrate(connection))

    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(apply, range(4)))
    assert sorted(applied) == [[], [], [], NAMES]


def test_command_tells_what_it_did(
    empty: DatabaseCredentials,
    aws: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    name = f"database-{empty.dbname}"
    member = asdict(empty)
    secrets.create_secret(Name=name, SecretString=json.dumps(member | {"username": member["user"]}))
    secrets.close()
    monkeypatch.setenv("DB_SECRET_NAME", name)
    assert migrate.main() == 0
    assert capsys.readouterr().out == "".join(f"applied {name}\n" for name in NAMES)
    assert migrate.main() == 0
    assert capsys.readouterr().out == ""


def test_command_fails_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DB_SECRET_NAME", raising=False)
    assert migrate.main() == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_postings_go_with_their_document(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO documents (id, file_name, file_path, file_type)"
        " VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e', 'a', 'a', 'a')"
    )
    connection.execute(
        "INSERT INTO postings VALUES ('假', 1, '0f8fad5b-d9cb-469f-a165-70867728950e', 1, 1)"
    )
    connection.execute("DELETE FROM documents")
    assert connection.execute("SELECT count(*) FROM postings").fetchone() == (0,)


def test_variables_are_read_where_they_are_needed() -> None:
    assert settings.variable("NAME", {"NAME": "value"}) == "value"
