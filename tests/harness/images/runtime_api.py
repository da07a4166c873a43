"""A Runtime API with one event, as a container of a function is given one."""

from __future__ import annotations

import contextlib
import http.server
import json
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class RuntimeApi:
    """address: host:port. answers: (path, decoded body) of what the runtime posted."""

    address: str
    answers: queue.Queue = field(default_factory=queue.Queue)


@contextlib.contextmanager
def serving(host: str, event: object) -> Iterator[RuntimeApi]:
    """Serve on a free port of `host`: the first /next gets `event`, the second none."""
    over = threading.Event()
    asked = iter([json.dumps(event).encode()])

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = next(asked, None)
            if body is None:
                over.wait()
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header(
                "Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
            )
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 60_000))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:x:1:function:f")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            api.answers.put((self.path, json.loads(body)))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    with http.server.ThreadingHTTPServer((host, 0), Handler) as server:
        server.daemon_threads = True
        api = RuntimeApi(f"{host}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield api
        over.set()
        server.shutdown()
        thread.join()
