"""Connections to one address, each a task of its own that ends with the listener."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_BUFFER = 512 * 1024
_BACKLOG = 1024


class Listener:
    """Listens on one address; each connection is `converse(reader, writer)` until that returns."""

    def __init__(self, converse: Converse) -> None:
        self._converse = converse
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port; raises `OSError` when the address is taken."""
        self._server = await asyncio.start_server(
            self._accept, host, port, limit=_BUFFER, backlog=_BACKLOG
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def start_on(self, listener: socket.socket) -> None:
        """Serve a socket that listens already, and close it in the end."""
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=_BUFFER)

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client left, or we are closing: both end the connection and nothing else
        finally:
            self._connections.discard(task)
            writer.close()
