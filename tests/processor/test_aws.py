from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from processor import pipeline
from processor.attempts import FAILED_CALLS
from processor.aws import model_client
from processor.embed import BedrockEmbedder
from processor.errors import TransientError
from tests.processor.conftest import REGION


class Down(BaseHTTPRequestHandler):
    """Answers 503 to everything and counts."""

    calls = 0

    def do_POST(self) -> None:
        type(self).calls += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(503)
        self.send_header("x-amzn-ErrorType", "ServiceUnavailableException")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""


@pytest.fixture
def down() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Down)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_sdk_adds_no_attempts_to_those_of_the_embedder(
    aws: str, down: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", down)
    client = model_client(REGION)
    embedder = BedrockEmbedder(client, "m", pause=lambda *_: None)
    with pytest.raises(TransientError, match="Bedrock failed"):
        embedder.embed(["a"], purpose="search_document", seconds=60)
    client.close()
    assert Down.calls == FAILED_CALLS


def test_service_that_hangs_is_named_before_the_function_ends() -> None:
    config: Any = model_client(REGION).meta.config
    longest_call = config.connect_timeout + config.read_timeout
    assert longest_call < pipeline._RESERVED_SECONDS
    assert FAILED_CALLS * longest_call < 300 - pipeline._RESERVED_SECONDS
