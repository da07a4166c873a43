"""An engine that answers as a test tells it to, for what a real one does not do on command."""

from __future__ import annotations

import contextlib
import http.server
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

VERSION = {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Arch": "amd64", "Os": "linux"}


@dataclass
class Answer:
    """events: one JSON object a line. breaks: the connection ends before the answer does."""

    status: int = 200
    events: list[dict] = field(default_factory=list)
    breaks: bool = False


Answers = Callable[[str, str], Answer]
"""Answer by method and path with its query, without the version of the API."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def engine(path: Path, answers: Answers) -> Iterator[str]:
    """Yield the address of an engine that also knows its version and answers a ping."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            _read(self)
            self._answer("POST")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, method: str) -> None:
            target = self.path.removeprefix("/v1.41")
            answer = _own(target) or answers(method, target)
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for event in answer.events:
                self._chunk(json.dumps(event).encode() + b"\n")
            if answer.breaks:
                self.close_connection = True
            else:
                self._chunk(b"")

        def _chunk(self, content: bytes) -> None:
            self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

        def address_string(self) -> str:
            return "unix"

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    with _Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"unix://{path}"
        server.shutdown()
        thread.join()


def _own(target: str) -> Answer | None:
    return Answer(events=[VERSION]) if target in {"/version", "/_ping"} else None


def _read(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Take in the body, whichever way it is framed."""
    if length := handler.headers.get("Content-Length"):
        handler.rfile.read(int(length))
    elif handler.headers.get("Transfer-Encoding") == "chunked":
        while size := int(handler.rfile.readline(), 16):
            handler.rfile.read(size + 2)
        handler.rfile.readline()
