"""A real server in a real container."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psycopg
import pytest

from harness.containers import fixtures
from harness.containers.supply import Supply
from harness.database.container import ContainerPostgres
from harness.database.url import DatabaseUrl
from harness.errors import EnvironmentFailedError
from harness.images.architecture import X86_64
from harness.images.bases import LAMBDA, POSTGRES
from harness.images.store import ImageStore
from tests.harness.containers.conftest import client, names, supply

__all__ = ["client", "supply"]

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def url(supply):
    with fixtures.postgres(supply.docker_host) as url:
        yield url


def test_it_can_be_used_at_once(url):
    with psycopg.connect(url.text(), autocommit=True) as connection:
        connection.execute("CREATE TABLE passages (embedding vector(2))")
        connection.execute("INSERT INTO passages VALUES ('[1,2]')")
        stored = connection.execute("SELECT embedding::text FROM passages").fetchone()
    assert stored == ("[1,2]",)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT current_database()", "hr_chatbot"),
        ("SHOW fsync", "off"),
        ("SHOW jit", "off"),
        ("SHOW log_min_error_statement", "panic"),
        ("SHOW server_encoding", "UTF8"),
        ("SELECT datlocale FROM pg_database WHERE datname = current_database()", "C.UTF-8"),
        ("SELECT lower('Ä') || upper('é')", "äÉ"),
        ("SHOW TimeZone", "UTC"),
    ],
)
def test_it_is_set_up_as_the_embedded_one(url, query, answer):
    with psycopg.connect(url.text()) as connection:
        assert connection.execute(query).fetchone() == (answer,)


def test_a_wrong_password_is_refused(url):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(replace(url, password="wrong").text())


def test_its_log_has_no_values_and_no_password_and_its_data_are_in_memory(supply, client):
    async def main() -> tuple[DatabaseUrl, str, dict]:
        server = ContainerPostgres(supply)
        await server.start()
        try:
            with psycopg.connect(server.url.text(), autocommit=True) as connection:
                connection.execute("CREATE TABLE t (word text PRIMARY KEY)")
                insert = "INSERT INTO t VALUES ('confidential')"
                connection.execute(insert)
                with pytest.raises(psycopg.errors.UniqueViolation):
                    connection.execute(insert)
            container = client.containers.get(server.describe()["container"])
            container.stop()  # its log is complete then
            return server.url, container.logs().decode(), container.attrs
        finally:
            await server.stop()

    url, log, attributes = asyncio.run(main())
    assert "violates unique constraint" in log
    assert "confidential" not in log
    assert url.password not in log
    assert "/var/lib/postgresql" in attributes["HostConfig"]["Tmpfs"]
    assert [mount for mount in attributes["Mounts"] if mount["Type"] == "volume"] == []


def test_its_address_is_known_before_and_says_which_container_it_is(supply, client):
    async def main() -> None:
        server = ContainerPostgres(supply)
        before = server.url
        assert await server.start() == before
        described = server.describe()
        assert (described["kind"], described["id"]) == ("container", supply.images[POSTGRES].id)
        assert described["container"] in names(client)
        await server.stop()
        assert described["container"] not in names(client)

    asyncio.run(main())


def test_an_image_that_is_not_postgresql_is_reported_and_nothing_left(supply, client):
    other = ImageStore(client).chosen(LAMBDA, X86_64)
    if other is None:
        pytest.skip("the engine has no image for: lambda-python")

    async def main() -> str:
        server = ContainerPostgres(Supply(supply.docker_host, {POSTGRES: other}))
        with pytest.raises(EnvironmentFailedError, match="PostgreSQL ended with exit code"):
            await server.start()
        await server.stop()
        return server.describe()["container"]

    assert asyncio.run(main()) not in names(client)
