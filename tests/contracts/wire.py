"""A connection on which a test writes the bytes of a request itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.parse import urlsplit

_PATIENCE_S = 30.0


class Wire:
    """Sends raw requests; answers are read by the standard library's client."""

    def __init__(self, connection: socket.socket, headers: Mapping[str, str]) -> None:
        self._connection = connection
        self._headers = [f"{name}: {value}" for name, value in headers.items()]

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def request(self, line: str, *, body: bytes = b"") -> None:
        """Send "METHOD /path" with the headers of the connection and a body."""
        length = f"Content-Length: {len(body)}"
        lines = [f"{line} HTTP/1.1", "Host: 127.0.0.1", *self._headers, length]
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def interim(self) -> bytes:
        """Return what the server says before the body was sent."""
        return self._connection.recv(1024)

    def answer(self, method: str = "GET") -> HTTPResponse:
        """Return the next answer with its body read; it is in `.content`."""
        response = HTTPResponse(self._connection, method=method)
        response.begin()
        response.content = response.read()  # type: ignore[attr-defined]
        return response


@contextmanager
def connected(url: str, headers: Mapping[str, str]) -> Iterator[Wire]:
    """Yield a connection to a server; `headers` go with every `request`."""
    parts = urlsplit(url)
    address = (parts.hostname, parts.port)
    with socket.create_connection(address, timeout=_PATIENCE_S) as connection:
        yield Wire(connection, headers)
