"""PostgreSQL for tests: one server a session, one migrated database of its own for each test.

The server is the embedded one of the harness: it needs no Docker and also runs as root.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from anyio.from_thread import start_blocking_portal

from harness.database.embedded import EmbeddedPostgres
from harness.state import State
from processor.database import Connection, connect, open_plain
from processor.migrate import migrate
from processor.settings import DatabaseCredentials

TEMPLATE = "template_migrated"

_numbers = count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseCredentials]:
    """A server with an empty database."""
    state = State(tmp_path_factory.mktemp("state"))
    state.claim()
    server = EmbeddedPostgres(state)
    with start_blocking_portal() as portal:
        url = portal.call(server.start)
        yield DatabaseCredentials(url.host, url.port, url.dbname, url.user, url.password)
        portal.call(server.stop)
    state.clean()


@pytest.fixture(scope="session")
def migrated(postgres: DatabaseCredentials) -> DatabaseCredentials:
    """The database that the databases of the tests are copied from; nobody may be connected."""
    template = replace(postgres, dbname=TEMPLATE)
    with open_plain(postgres) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    with open_plain(template) as connection:
        list(migrate(connection))
    return template


@pytest.fixture
def database(
    postgres: DatabaseCredentials, migrated: DatabaseCredentials
) -> Iterator[DatabaseCredentials]:
    """A migrated database that no other test sees."""
    name = f"test_{next(_numbers)}"
    with open_plain(postgres) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated.dbname} STRATEGY FILE_COPY")
    yield replace(postgres, dbname=name)
    with open_plain(postgres) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def connection(database: DatabaseCredentials) -> Iterator[Connection]:
    """A connection to the test's database."""
    with connect(database) as opened:
        yield opened
