"""A connection on which a test writes the bytes of a request itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.parse import urlsplit

_PATIENCE_S = 30.0


class Wire:
    """Sends raw requests; answers are read by the standard library's client."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def request(self, line: str, *headers: str, body: bytes = b"") -> None:
        """Send "METHOD /path" with its headers; the body's length is added."""
        lines = [f"{line} HTTP/1.1", "Host: 127.0.0.1", *headers, f"Content-Length: {len(body)}"]
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
def connected(url: str) -> Iterator[Wire]:
    parts = urlsplit(url)
    address = (parts.hostname, parts.port)
    with socket.create_connection(address, timeout=_PATIENCE_S) as connection:
        yield Wire(connection)
