from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from processor import database as database_module
from processor.database import Connection, Database, connect
from processor.errors import TransientError
from processor.settings import DatabaseCredentials


def backend(connection: Connection) -> int:
    return connection.info.backend_pid


def test_connection_is_kept(database: DatabaseCredentials) -> None:
    kept = Database(database, lambda: database)
    assert kept.connection() is kept.connection()
    kept.close()


def test_connection_that_died_is_opened_again(database: DatabaseCredentials) -> None:
    kept = Database(database, lambda: database)
    dead = backend(kept.connection())
    with connect(database) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [dead])
    assert backend(kept.connection()) != dead
    kept.close()


def test_rotated_password_is_read_once_again(database: DatabaseCredentials) -> None:
    kept = Database(replace(database, password="before the rotation"), lambda: database)
    assert kept.connection().execute("SELECT 1").fetchone() == (1,)
    kept.close()


def test_unreachable_server_is_an_error(database: DatabaseCredentials) -> None:
    reads = []

    def reread() -> DatabaseCredentials:
        reads.append(1)
        return wrong

    wrong = replace(database, dbname="no-such-database")
    with pytest.raises(psycopg.OperationalError):
        Database(wrong, reread).connection()
    assert reads == [1]


def test_full_server_is_named_and_no_reason_to_read_the_secret(
    database: DatabaseCredentials, connection: Connection
) -> None:
    role = f"crowd_{database.dbname}"
    connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'crowded' CONNECTION LIMIT 1")
    crowd = replace(database, user=role, password="crowded")
    with connect(crowd), pytest.raises(TransientError, match="PostgreSQL failed: it has no conn"):
        Database(crowd, lambda: pytest.fail("read")).connection()
    connection.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    "words",
    [
        "FATAL:  sorry, too many clients already",
        "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
    ],
)
def test_words_of_a_full_server(words: str) -> None:
    assert database_module._is_full(psycopg.OperationalError(words))


def test_statements_are_bounded(connection: Connection) -> None:
    assert connection.execute("SHOW statement_timeout").fetchone() == ("1min",)
