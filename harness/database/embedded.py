"""PostgreSQL of our own: a child process, with a new cluster in each environment.

The cluster lives as long as the environment, so nothing is flushed to the disk for safety: fsync,
synchronous_commit and full_page_writes are off. A crash of the machine loses the data.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable
from pathlib import Path

from harness import child
from harness.database import installation
from harness.database.cluster import Cluster
from harness.database.programs import END, Programs, failure
from harness.database.url import DatabaseUrl
from harness.errors import EnvironmentFailedError
from harness.state import State

_HOST = "127.0.0.1"
_READY = b"ready to accept connections"
_LINES_KEPT = 8
_PIECE = 1 << 16
_SETTINGS = {
    "listen_addresses": _HOST,
    "unix_socket_directories": "",  # a socket's path may not exceed 107 bytes
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # in the data directory: a killed server leaves nothing
    "io_method": "sync",
    "jit": "off",
    "log_checkpoints": "off",
    "log_min_error_statement": "panic",  # statements and details may hold document text
    "log_error_verbosity": "terse",
}


class EmbeddedPostgres:
    """A server on a free port of 127.0.0.1 with one database and one superuser.

    url: where it will answer, known before it does.
    """

    def __init__(
        self,
        state: State,
        *,
        dbname: str = "hr_chatbot",
        user: str = "postgres",
        password: str | None = None,
        max_connections: int = 100,
        timeout: float = 60.0,
    ) -> None:
        """password: drawn at random when None; timeout: seconds from start to ready."""
        self._state = state
        self._reservation = _reserve_port()
        port: int = self._reservation.getsockname()[1]
        self.url = DatabaseUrl(_HOST, port, dbname, user, password or secrets.token_urlsafe(24))
        self._options = _options({**_SETTINGS, "max_connections": str(max_connections)})
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
        self._reservation.close()

    async def _start(self) -> DatabaseUrl:
        programs = await _to_its_end(_prepare, self._state)
        data = programs.home / "data"
        cluster = Cluster(programs, data, self._options)
        await cluster.create(self.url)
        if sys.platform != "linux":  # elsewhere a port that is merely bound cannot be shared
            self._reservation.close()
        arguments = ["-D", str(data), "-p", str(self.url.port), *self._options]
        await self._serve(await programs.start("postgres", *arguments))
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


async def _to_its_end(prepare: Callable[[State], Programs], state: State) -> Programs:
    """Run in a thread; when cancelled, first let it finish what would else be left behind."""
    thread = asyncio.create_task(asyncio.to_thread(prepare, state))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise


async def _copy(output: asyncio.StreamReader, file: Path) -> None:
    """Empty the pipe as long as the server lives; a full one would stop it."""
    with file.open("ab", buffering=0) as log:
        while piece := await output.read(_PIECE):
            log.write(piece)


def _reserve_port() -> socket.socket:
    """Return a socket bound to a free port, so that nobody else is given it.

    The server can still listen there: Linux lets sockets share a port while only one listens.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind((_HOST, 0))
    return reserved


def _options(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
