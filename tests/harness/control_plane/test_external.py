from __future__ import annotations

import asyncio
import socket

import pytest

from harness.aws import json_answer, json_call
from harness.control_plane.external import ExternalMoto, address
from harness.control_plane.process import ProcessMoto
from harness.errors import EnvironmentFailedError, UsageError
from harness.state import State

MADE = json_call("sqs", "ap-northeast-1", "AmazonSQS.CreateQueue", {"QueueName": "q"})
LISTED = json_call("sqs", "ap-northeast-1", "AmazonSQS.ListQueues", {})


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://moto:5000", ("moto", 5000)),
        ("http://127.0.0.1:5000/", ("127.0.0.1", 5000)),
        ("http://moto", ("moto", 80)),
        ("http://[::1]:5000", ("::1", 5000)),
    ],
)
def test_where_it_is(url, place):
    assert address(url) == place


@pytest.mark.parametrize(
    "url", ["", "moto:5000", "https://moto:5000", "http://", "http://moto:x", "http://moto/path"]
)
def test_what_cannot_be_an_address_is_refused(url):
    with pytest.raises(UsageError, match="http://HOST:PORT"):
        address(url)


@pytest.mark.parametrize(("emptied", "left"), [(False, 1), (True, 0)])
def test_it_is_emptied_when_that_is_asked_for(tmp_path, emptied, left):
    async def main() -> None:
        state = State(tmp_path / "state")
        state.claim()
        server = ProcessMoto(state.registry, state.path("moto.log"), {})
        await server.spawn()
        await server.ready()
        await json_answer(server, MADE)
        external = ExternalMoto(f"http://{server.describe()['address']}", emptied=emptied)
        await external.ready()
        assert len((await json_answer(external, LISTED)).get("QueueUrls", [])) == left
        await external.stop()
        await server.stop()
        state.clean()

    asyncio.run(main())


def test_the_server_of_somebody_else_is_used_and_left_running(tmp_path):
    async def main() -> None:
        state = State(tmp_path / "state")
        state.claim()
        server = ProcessMoto(state.registry, state.path("moto.log"), {})
        await server.spawn()
        await server.ready()
        external = ExternalMoto(f"http://{server.describe()['address']}")
        await external.spawn()
        await external.ready()
        await json_answer(external, MADE)
        assert external.describe() == {**server.describe(), "kind": "external"}
        await external.stop()
        assert len((await json_answer(server, LISTED))["QueueUrls"]) == 1
        await server.stop()
        state.clean()

    asyncio.run(main())


def _failure(port: int) -> str:
    async def main() -> str:
        external = ExternalMoto(f"http://127.0.0.1:{port}")
        await external.spawn()
        calling = asyncio.create_task(json_answer(external, LISTED))
        with pytest.raises(EnvironmentFailedError) as caught:
            await external.ready()
        with pytest.raises(EnvironmentFailedError):
            await calling
        await external.stop()
        return str(caught.value)

    return asyncio.run(main())


def test_where_nobody_listens_that_is_said_with_the_option():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        message = _failure(taken.getsockname()[1])
    assert "does not answer" in message
    assert "--control-plane-url" in message


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"not found"), (200, b"[]"), (200, b'{"services": {}}')]
)
def test_something_else_in_its_place_is_recognised(status, body):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body)
        await writer.drain()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            external = ExternalMoto(f"http://127.0.0.1:{port}")
            with pytest.raises(EnvironmentFailedError, match=rf"is not moto .*{status}.*start a"):
                await external.ready()
            await external.stop()

    asyncio.run(main())


def test_one_that_accepts_and_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("harness.control_plane.recognition._TIMEOUT_S", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "does not answer (within 0.01 s)" in _failure(silent.getsockname()[1])
