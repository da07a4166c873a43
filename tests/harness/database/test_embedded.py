"""A real server each time: what it is worth cannot be told from a fake."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from harness.database import installation
from harness.database.embedded import EmbeddedPostgres
from harness.errors import EnvironmentFailedError
from harness.process_end import await_end
from harness.state import State

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run it as another user")

_LONG_S = 20.0
_ONE_LIFE = """
import asyncio, sys
from pathlib import Path
from harness.database.embedded import EmbeddedPostgres
from harness.state import State

async def main():
    state = State(Path(sys.argv[1]))
    state.claim()
    server = EmbeddedPostgres(state)
    url = await server.start()
    import psycopg
    with psycopg.connect(url.text()) as connection:
        print(connection.execute("SELECT '[1,2]'::vector::text").fetchone()[0])
    await server.stop()
    state.clean()

asyncio.run(main())
"""


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "state")
    state.claim()
    yield state
    state.clean()


def _ask(server: EmbeddedPostgres, *queries: str) -> list[str]:
    """Return the first value of each query's answer from a server that lives only for this."""

    async def main() -> list[str]:
        url = await server.start()
        try:
            with psycopg.connect(url.text(), autocommit=True) as connection:
                return [str(_first(connection, query)) for query in queries]
        finally:
            await server.stop()

    return asyncio.run(main())


def _first(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_it_answers_sql_with_vectors_under_the_names_it_was_given(state):
    server = EmbeddedPostgres(state, dbname='o"dd name', user="ting", password="p'w:/@")
    answers = _ask(
        server,
        "SELECT '[1,2]'::vector",
        "SELECT current_database()",
        "SELECT current_user",
        "SELECT lower('Ä') || upper('é')",
        "SHOW server_encoding",
        "SHOW max_connections",
        "SHOW listen_addresses",
    )
    assert answers == ["[1,2]", 'o"dd name', "ting", "äÉ", "UTF8", "100", "127.0.0.1"]


def test_a_wrong_password_is_refused(state):
    async def main() -> None:
        server = EmbeddedPostgres(state)
        url = await server.start()
        try:
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(url.text().replace(url.password, "wrong"))
        finally:
            await server.stop()

    asyncio.run(main())


def test_the_password_is_neither_an_argument_nor_in_a_file(state):
    async def main() -> None:
        server = EmbeddedPostgres(state)
        url = await server.start()
        try:
            assert server._process is not None
            assert url.password not in " ".join(psutil.Process(server._process.pid).cmdline())
            homes = [state.directory, *map(Path.readlink, state.path("elsewhere").glob("*"))]
            files = [file for home in homes for file in home.rglob("*") if file.is_file()]
            assert files
            assert not any(url.password.encode() in file.read_bytes() for file in files)
        finally:
            await server.stop()

    asyncio.run(main())


def test_statements_and_values_that_fail_are_not_logged(state):
    async def main() -> None:
        server = EmbeddedPostgres(state)
        url = await server.start()
        with psycopg.connect(url.text(), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (word text PRIMARY KEY)")
            for _ in range(2):
                try:
                    connection.execute("INSERT INTO t VALUES ('confidential')")
                except psycopg.errors.UniqueViolation:
                    break
        await server.stop()

    asyncio.run(main())
    log = state.path("postgres.log").read_text()
    assert "violates unique constraint" in log
    assert "confidential" not in log


def test_several_run_at_once_on_ports_of_their_own(state, tmp_path):
    async def main() -> None:
        other = State(tmp_path / "other")
        other.claim()
        servers = [EmbeddedPostgres(state), EmbeddedPostgres(other)]
        urls = await asyncio.gather(*(server.start() for server in servers))
        assert urls[0].port != urls[1].port
        assert [server.url for server in servers] == list(urls)
        await asyncio.gather(*(server.stop() for server in servers))
        other.clean()

    asyncio.run(main())


def test_nothing_is_left_when_it_was_stopped_and_cleaned(state):
    server = EmbeddedPostgres(state)

    async def main() -> list[psutil.Process]:
        await server.start()
        assert server._process is not None
        head = psutil.Process(server._process.pid)
        family = [head, *head.children()]
        await server.stop()
        return family

    family = asyncio.run(main())
    outside = [link.readlink() for link in state.path("elsewhere").glob("*")]
    state.clean()
    assert await_end(family, 0)
    assert not any(path.exists() for path in [state.directory, *outside])


def test_a_server_that_cannot_start_is_reported_with_what_it_said(state):
    server = EmbeddedPostgres(state, max_connections=0)
    with pytest.raises(EnvironmentFailedError, match=r"max_connections.*`harness doctor`"):
        asyncio.run(server.start())
    asyncio.run(server.stop())


def test_a_server_that_takes_too_long_is_reported_and_ended(state):
    server = EmbeddedPostgres(state, timeout=0.02)
    with pytest.raises(EnvironmentFailedError, match=r"not ready after 0.02 s"):
        asyncio.run(server.start())
    asyncio.run(server.stop())
    assert list(state.path("processes").glob("*")) == []


def test_a_start_that_is_cancelled_leaves_nothing_outside(state, monkeypatch, tmp_path):
    entered, proceed = threading.Event(), threading.Event()
    real = installation.installed

    def slow() -> Path:
        entered.set()
        assert proceed.wait(_LONG_S)
        return real()

    async def main() -> None:
        server = EmbeddedPostgres(state)
        starting = asyncio.create_task(server.start())
        assert await asyncio.to_thread(entered.wait, _LONG_S)
        starting.cancel()
        proceed.set()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await server.stop()
        state.clean()

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(installation, "installed", slow)
    asyncio.run(main())
    assert list((tmp_path / "temporary").iterdir()) == []


@only_root
def test_root_runs_it_as_nobody_even_from_binaries_that_nobody_can_reach(state, monkeypatch):
    hidden = state.path("hidden")
    hidden.mkdir(mode=0o700)
    copy = installation.copied(installation.installed(), hidden)
    assert not installation.within_reach(copy / "bin" / "postgres")
    monkeypatch.setattr(installation, "installed", lambda: copy)
    server = EmbeddedPostgres(state)

    async def main() -> str:
        await server.start()
        assert server._process is not None
        user = psutil.Process(server._process.pid).username()
        await server.stop()
        return user

    assert asyncio.run(main()) == "nobody"


@only_root
def test_a_user_who_is_not_root_needs_no_other_account():
    if not installation.within_reach(Path(sys.executable)):
        pytest.skip("this Python is in a directory that only root may enter")
    nobody = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp())
    try:
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        done = subprocess.run(
            [sys.executable, "-B", "-c", _ONE_LIFE, home / "state"],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("[1,2]\n", "")
        assert list(home.iterdir()) == []
    finally:
        shutil.rmtree(home)
