"""What an engine does to a server that is started, of which a real one does none on command."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from harness.containers.server import Order, ServerContainer
from harness.errors import EnvironmentFailedError
from harness.images.store import Stored
from tests.harness.images.fake_engine import Answer, Answers, engine

IMAGE = Stored("x", "x:v1", "sha256:1", "", 1, "amd64", {})
ORDER = Order("the tested server", IMAGE, port=5432, listens="listening")
CREATED = {
    "Id": "c1",
    "Image": "sha256:1",
    "State": {"Status": "running"},
    "Config": {"Tty": False},
}
FULL = "mkdir /var/lib/docker/overlay2/x: no space left on device"
USUAL = {
    "/images/sha256:1/json": Answer(events=[{"Id": "sha256:1"}]),
    "/containers/create": Answer(201, [CREATED]),
    "/containers/c1/json": Answer(events=[CREATED]),
    "/containers/c1/start": Answer(204),
    "/containers/c1": Answer(204),
}


@pytest.fixture
def started(tmp_path) -> Iterator:
    """A function: answers by path, before the usual ones -> (the reason for failing, calls)."""

    def start(answers: dict[str, Answer]) -> tuple[str, list[str]]:
        calls: list[str] = []

        def answer(method: str, target: str) -> Answer:
            path = urlsplit(target).path
            calls.append(f"{method} {path}")
            return (USUAL | answers)[path]

        return asyncio.run(_failure(tmp_path, answer)), calls

    return start


async def _failure(directory, answers: Answers) -> str:
    with engine(directory / "docker.sock", answers) as host:
        server = ServerContainer(host, ORDER)
        with pytest.raises(EnvironmentFailedError) as caught:
            await _lived(server)
        await server.stop()
    return str(caught.value)


async def _lived(server: ServerContainer) -> None:
    await server.start(60)
    await server.ended()


@pytest.mark.parametrize("step", ["/containers/create", "/containers/c1/start"])
def test_a_full_disk_is_explained_and_what_was_made_is_removed(started, step):
    message, calls = started({step: Answer(500, [{"message": FULL}])})
    assert message.startswith(
        "the container of the tested server cannot be started: the disk of the engine is full; free"
    )
    made = step != "/containers/create"
    assert ("DELETE /containers/c1" in calls) == made


@pytest.mark.parametrize("step", ["/containers/create", "/containers/c1/start"])
def test_an_engine_that_stops_while_it_starts_is_said(started, step):
    message, _ = started({step: Answer(201, breaks=True)})
    assert "the engine stopped answering while the tested server started" in message


def test_an_engine_that_stops_later_is_said(started):
    broken = {
        "/containers/c1/logs": Answer(breaks=True),
        "/containers/c1/wait": Answer(breaks=True),
    }
    message, _ = started(broken)
    assert "the engine stopped answering while the tested server ran" in message


def test_an_engine_that_does_not_even_remove_it_does_not_hide_why_it_failed(started):
    message, calls = started(
        {
            "/containers/c1/start": Answer(500, [{"message": FULL}]),
            "/containers/c1": Answer(500, [{"message": "busy"}]),
        }
    )
    assert "the disk of the engine is full" in message
    assert "DELETE /containers/c1" in calls
