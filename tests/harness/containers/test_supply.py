from __future__ import annotations

import socket
import sys
from urllib.parse import urlsplit

import pytest

from harness.containers.supply import gather
from harness.errors import EnvironmentFailedError
from harness.images import engine as real_engine
from harness.images.bases import MOTO, POSTGRES
from tests.harness.images.fake_engine import Answer, engine

IMAGE = {
    "Id": "sha256:1",
    "Architecture": "amd64",
    "Os": "linux",
    "Size": 1,
    "Config": {},
    "RootFS": {"Layers": []},
}
MISSING = Answer(404, [{"message": "No such image"}])
LISTS = {
    "/containers/json": Answer(events=[[]]),
    "/networks": Answer(events=[[]]),
    "/volumes": Answer(events=[{"Volumes": None}]),
}


def empty_but(target: str, answer: Answer) -> Answer:
    """Return that the engine has nothing of ours, or `answer` when it is not asked for that."""
    return LISTS.get(urlsplit(target).path, answer)


@pytest.fixture
def refused(tmp_path):
    """A function: answers of an engine -> why `gather` failed there."""

    def fail(answers) -> str:
        with (
            engine(tmp_path / "docker.sock", answers) as host,
            pytest.raises(EnvironmentFailedError) as caught,
        ):
            gather(host, [POSTGRES, MOTO])
        return str(caught.value)

    return fail


def test_all_missing_images_are_named_with_one_remedy(refused):
    message = refused(lambda method, target: empty_but(target, MISSING))
    assert message == (
        "the engine has no image for: postgres, moto; run `harness images build postgres moto`"
    )


def test_only_what_is_missing_is_named(refused):
    def answers(method: str, target: str) -> Answer:
        found = Answer(events=[IMAGE]) if "postgres" in target else MISSING
        return empty_but(target, found)

    assert refused(answers).startswith("the engine has no image for: moto; run")


def test_an_image_of_another_architecture_does_not_count_as_the_public_one(refused):
    def answers(method: str, target: str) -> Answer:
        public = "pgvector" in target or "motoserver" in target
        foreign = Answer(events=[IMAGE | {"Architecture": "arm64"}])
        return empty_but(target, foreign if public else MISSING)

    assert "no image for: postgres, moto" in refused(answers)


def test_an_engine_that_stops_in_the_middle_is_said(refused):
    message = refused(lambda method, target: Answer(breaks=True))
    assert "stopped answering while it was looked at" in message
    assert "Docker service" in message


def test_an_engine_that_refuses_is_quoted(refused):
    message = refused(lambda method, target: Answer(500, [{"message": "no"}]))
    assert message == "containers cannot be prepared: no"


def test_without_an_engine_the_remedy_is_named(tmp_path):
    with pytest.raises(EnvironmentFailedError, match="install Docker, or set DOCKER_HOST"):
        gather(f"unix://{tmp_path}/absent.sock", [])


def test_an_engine_that_is_not_running_is_said(tmp_path):
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(tmp_path / "docker.sock"))
    with pytest.raises(EnvironmentFailedError, match="start the Docker service"):
        gather(f"unix://{tmp_path}/docker.sock", [])


def test_who_may_not_use_the_engine_is_told_how(monkeypatch):
    def forbidden(host: str) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(real_engine, "ping", forbidden)
    with pytest.raises(EnvironmentFailedError, match=r"you may not use .* group `docker`"):
        gather("unix:///var/run/docker.sock", [])


@pytest.mark.parametrize("host", ["tcp://192.0.2.1:2375", "ssh://somebody@192.0.2.1"])
def test_an_engine_of_another_machine_is_refused_before_it_is_asked(host):
    with pytest.raises(EnvironmentFailedError, match=r"on another machine.*set DOCKER_HOST"):
        gather(host, [])


def test_without_the_sdk_it_is_named(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "docker", None)
    with (
        engine(tmp_path / "docker.sock", lambda method, target: MISSING) as host,
        pytest.raises(EnvironmentFailedError, match="Docker SDK for Python is not installed"),
    ):
        gather(host, [])
