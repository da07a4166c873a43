"""What a client of the database sees of its faults."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection, errors

from harness import settings
from harness.disposable import Disposable, disposable
from harness.errors import UsageError
from harness.injection.client import Faults
from tests.contracts.conftest import TEMPLATE


@pytest.fixture
def faults(environment: Disposable) -> Faults:
    return Faults(environment.facts)


@pytest.fixture
def url(environment: Disposable) -> str:
    return environment.facts.database_url


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True) as opened:
        assert answers(opened)
        yield opened


def answers(connection: Connection) -> bool:
    return connection.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_is_dead_when_it_is_used(faults, connection, url):
    with faults.injected("database-cut", nth=2, times=1) as fault:
        assert answers(connection)
        with pytest.raises(psycopg.OperationalError, match="closed the connection unexpectedly"):
            connection.execute("SELECT 1")
        with psycopg.connect(url) as another:
            assert answers(another)
        assert fault.hits == 1


def test_what_was_asked_over_a_dead_connection_was_not_done(faults, connection, url):
    with psycopg.connect(url) as writing:
        writing.execute("CREATE TABLE IF NOT EXISTS cut_off (x int)")
        writing.commit()
        writing.execute("INSERT INTO cut_off VALUES (1)")
        with faults.injected("database-cut"), pytest.raises(psycopg.OperationalError):
            writing.commit()
    assert connection.execute("SELECT count(*) FROM cut_off").fetchone() == (0,)
    connection.execute("DROP TABLE cut_off")


def test_too_many_connections_are_refused(faults, connection, url):
    limit = faults.injected("database-connection-limit", connections=2)
    with limit, psycopg.connect(url) as second:
        with pytest.raises(psycopg.OperationalError, match="sorry, too many clients already"):
            psycopg.connect(url)
        assert answers(connection)
        assert answers(second)


def test_a_database_that_restarts_ends_what_is_open_and_takes_nothing_new(faults, connection, url):
    with faults.injected("database-down", times=3) as fault:
        with pytest.raises(errors.AdminShutdown):
            connection.execute("SELECT 1")
        for _ in range(2):
            with pytest.raises(psycopg.OperationalError, match="system is starting up"):
                psycopg.connect(url)
        with psycopg.connect(url) as afterwards:
            assert answers(afterwards)
        assert fault.hits == 3


def test_after_a_failover_to_a_reader_nothing_is_written(faults, connection, url):
    with faults.injected("database-read-only") as fault:
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with psycopg.connect(url, autocommit=True, options="-c search_path=public") as reader:
            assert answers(reader)
            with pytest.raises(errors.ReadOnlySqlTransaction):
                reader.execute("CREATE TABLE never_made (x int)")
            fault.clear()
            with pytest.raises(psycopg.OperationalError):
                reader.execute("SELECT 1")


def test_the_database_takes_its_time(faults, connection):
    limit = "SET statement_timeout = '1ms'"
    connection.execute(limit)
    with faults.injected("database-latency", ms=20, jitter_ms=20) as fault:
        assert answers(connection)  # the wait is the network's, not the statement's
        assert fault.hits == 1


@pytest.mark.parametrize("sslmode", ["disable", "prefer"])
def test_a_connection_begins_as_ever(connection, url, sslmode):
    with psycopg.connect(url, sslmode=sslmode) as opened:
        opened.execute("CREATE TEMP TABLE copied (content text)")
        with opened.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
            for _ in range(100):
                copy.write_row(("字" * 20_000,))
        found = opened.execute("SELECT sum(length(content)), min(content) FROM copied").fetchone()
        assert found == (2_000_000, "字" * 20_000)


def test_a_database_that_somebody_else_runs_has_no_faults(url):
    options = ("--template", str(TEMPLATE), "--database-url", url)
    with disposable(*options, inherited=settings.load().inherited) as running:
        assert running.facts.database_url == url
        faults = Faults(running.facts)
        for name in ("database-cut", "database-down", "database-connection-limit"):
            with pytest.raises(UsageError, match="somebody else runs the database"):
                faults.add(name)
        assert faults.add("throttle").hits == 0


def test_letting_a_client_in_is_no_exchange(faults, url):
    with faults.injected("database-cut", times=1) as fault, psycopg.connect(url) as opened:
        assert fault.covered == 0
        with pytest.raises(psycopg.OperationalError):
            opened.execute("SELECT 1")
