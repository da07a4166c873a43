"""PostgreSQL of our own: a child process, with a new cluster in each environment."""

from __future__ import annotations

import asyncio
import secrets
from asyncio.subprocess import Process
from collections import deque
from functools import partial
from pathlib import Path

from harness import child
from harness.database import installation
from harness.database.cluster import Cluster
from harness.database.programs import END, Programs, failure
from harness.database.server_settings import DBNAME, SETTINGS, USER, arguments
from harness.database.url import DatabaseUrl
from harness.errors import EnvironmentFailedError
from harness.reserved_port import HOST, ReservedPort
from harness.state import State
from harness.uninterrupted import uninterrupted

_READY = b"ready to accept connections"
_LINES_KEPT = 8
_PIECE = 1 << 16
_SETTINGS = {
    **SETTINGS,
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a socket's path may not exceed 107 bytes
}


class EmbeddedPostgres:
    """A server on a free port of 127.0.0.1 with one database and one superuser.

    url: where it will answer, known before it does.
    """

    def __init__(
        self,
        state: State,
        *,
        dbname: str = DBNAME,
        user: str = USER,
        password: str | None = None,
        max_connections: int = 100,
        timeout: float = 60.0,
    ) -> None:
        """password: drawn at random when None; timeout: seconds from start to ready."""
        self._state = state
        self._port = ReservedPort()
        password = password or secrets.token_urlsafe(24)
        self.url = DatabaseUrl(HOST, self._port.number, dbname, user, password)
        self._options = arguments({**_SETTINGS, "max_connections": str(max_connections)})
        self._timeout = timeout
        self._process: Process | None = None
        self._logging: asyncio.Task[None] | None = None

    async def start(self) -> DatabaseUrl:
        """Create the cluster and return where its server answers."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._start()
        except TimeoutError:
            raise EnvironmentFailedError(
                f"PostgreSQL was not ready after {self._timeout:g} s; "
                "`harness doctor` looks for causes"
            ) from None

    async def ended(self) -> int:
        """Return the server's exit status once it is gone by itself."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        if self._process is not None:
            await child.stop(self._process, registry=self._state.registry, signal=END)
            self._process = None
        if self._logging is not None:
            await self._logging
            self._logging = None
        self._port.release()

    def describe(self) -> dict[str, str]:
        return {"kind": "embedded"}

    async def _start(self) -> DatabaseUrl:
        programs = await uninterrupted(partial(_prepare, self._state))
        data = programs.home / "data"
        cluster = Cluster(programs, data, self._options)
        await cluster.create(self.url)
        self._port.make_way()
        place = ["-D", str(data), "-p", str(self.url.port)]
        await self._serve(await programs.start("postgres", *place, *self._options))
        return self.url

    async def _serve(self, process: Process) -> None:
        """Wait until the server is ready; raises with its last output when it ends instead."""
        assert process.stdout is not None
        self._process = process
        recent: deque[bytes] = deque(maxlen=_LINES_KEPT)
        async for line in process.stdout:
            recent.append(line)
            if _READY in line:
                log = self._state.path("postgres.log")
                self._logging = asyncio.create_task(_copy(process.stdout, log))
                return
        await self.stop()
        raise failure("the server ended", recent)


def _prepare(state: State) -> Programs:
    """Give the server a directory and its binaries, both within reach of its account."""
    account = installation.unprivileged_account()
    found = installation.installed()
    if account is None:
        home = state.path("postgres")
        home.mkdir(mode=0o700)
        return Programs(found / "bin", home, None, state.registry)
    home = state.private_directory()
    if not installation.within_reach(found / "bin" / "postgres"):
        found = installation.copied(found, home)
    installation.give(home, account)
    return Programs(found / "bin", home, account, state.registry)


async def _copy(output: asyncio.StreamReader, file: Path) -> None:
    """Empty the pipe as long as the server lives; a full one would stop it."""
    with file.open("ab", buffering=0) as log:
        while piece := await output.read(_PIECE):
            log.write(piece)
