from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import psycopg
import pytest

from harness.database.embedded import EmbeddedPostgres
from harness.database.external import ExternalPostgres
from harness.database.url import DatabaseUrl
from harness.errors import EnvironmentFailedError
from harness.state import State


def test_a_server_of_somebody_else_is_prepared_and_left_running(tmp_path):
    async def main() -> None:
        state = State(tmp_path / "state")
        state.claim()
        server = EmbeddedPostgres(state)
        url = await server.start()
        other = replace(url, dbname="other")
        with psycopg.connect(url.text(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE other TEMPLATE template0")
        external = ExternalPostgres(other)
        assert await external.start() == other
        await external.stop()
        with psycopg.connect(other.text()) as connection:
            connection.execute("SELECT '[1]'::vector")
        with pytest.raises(EnvironmentFailedError, match="authentication failed"):
            await ExternalPostgres(replace(url, password="wrong")).start()
        await server.stop()
        state.clean()

    asyncio.run(main())


def test_a_server_that_is_not_there_is_a_message_without_the_password():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = DatabaseUrl("127.0.0.1", taken.getsockname()[1], "d", "u", "secret")
        with pytest.raises(EnvironmentFailedError, match=r"cannot be used: .*refused") as caught:
            asyncio.run(ExternalPostgres(url).start())
    assert "secret" not in str(caught.value)
