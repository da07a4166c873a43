"""The way to PostgreSQL, where faults may meet connections and what is asked over them.

Bytes are passed on as they come. Only the beginning of a connection is understood (it is where a
server refuses one, or is told to be read-only), and that a client asks anew once it was answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from harness.database import startup
from harness.database.contact import Exchange, Opening, Passage
from harness.database.startup import Refusal

_HOST = "127.0.0.1"


class DatabaseProxy:
    """Carries connections from a port of loopback to the server at `host` and `port`."""

    def __init__(self, host: str, port: int, passage: Passage) -> None:
        self.host = host
        self.port = port
        self.passage = passage
        self.open: set[_Client] = set()
        self.connecting: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen and return the port; 0 stands for any that is free."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), _HOST, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in self.connecting:
            task.cancel()
        for client in list(self.open):
            client.end()


class _Side(asyncio.Protocol):
    """One half of a connection; what the other half cannot take yet is not read."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: _Side | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()

    def write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)


class _Server(_Side):
    """The half towards the database; once a client is let in, whatever it says is an answer."""

    def __init__(self, client: _Client) -> None:
        super().__init__()
        self.other = self._client = client
        self._last = b""
        self._ready = False

    def data_received(self, data: bytes) -> None:
        if not self._ready:
            self._last = (self._last + data)[-len(startup.READY) :]
            self._ready = self._last == startup.READY
        self._client.asking = not self._ready
        self._client.write(data)


class _Client(_Side):
    """The half towards a client. asking: it has spoken, and was not answered yet."""

    def __init__(self, proxy: DatabaseProxy) -> None:
        super().__init__()
        self._proxy = proxy
        self._begun = b""
        self._delayed: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._read_only = False
        self.asking = True

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._begun += data
            self._begin()
        elif self._delayed:
            self._delayed.append(data)
        elif self.asking:
            self.other.write(data)
        else:
            self._ask(data)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._proxy.open.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def end(self, farewell: Refusal | None = None) -> None:
        if farewell is not None:
            self.write(startup.error(farewell))
        if self.transport is not None:
            self.transport.close()

    def _begin(self) -> None:
        """Answer or pass on what a connection begins with, once it is complete."""
        while message := startup.first(self._begun):
            if not startup.asks_for_encryption(message):
                self._open(message)
                return
            self._begun = self._begun[len(message) :]
            self.write(startup.NO_ENCRYPTION)

    def _open(self, message: bytes) -> None:
        opening = self._proxy.passage.opening(Opening(len(self._proxy.open)))
        if opening.refusal is not None:
            self.end(opening.refusal)
            return
        self._proxy.open.add(self)
        self._read_only = opening.read_only
        rest = self._begun[len(message) :]
        begun = (startup.read_only(message) if opening.read_only else message) + rest
        assert self.transport is not None
        self.transport.pause_reading()
        task = asyncio.ensure_future(self._connect(begun))
        self._proxy.connecting.add(task)
        task.add_done_callback(self._proxy.connecting.discard)

    async def _connect(self, begun: bytes) -> None:
        loop = asyncio.get_running_loop()
        make: Callable[[], _Server] = lambda: _Server(self)  # noqa: E731 - typed
        try:
            _, server = await loop.create_connection(make, self._proxy.host, self._proxy.port)
        except OSError:
            self.end()  # nobody listens there: the client sees its connection end
            return
        self.other = server
        server.write(begun)
        assert self.transport is not None
        if self.transport.is_closing():
            server.connection_lost(None)
        else:
            self.transport.resume_reading()

    def _ask(self, data: bytes) -> None:
        assert self.other is not None
        exchange = self._proxy.passage.exchange(Exchange())
        if exchange.cut or exchange.read_only != self._read_only:
            self.end(exchange.farewell)
        elif exchange.delay_s:
            self._delayed = [data]
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(exchange.delay_s, self._release)
        else:
            self.asking = True
            self.other.write(data)

    def _release(self) -> None:
        assert self.other is not None
        delayed, self._delayed = self._delayed, []
        self.asking = True
        self.other.write(b"".join(delayed))
