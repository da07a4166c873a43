from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from harness import cli
from harness.images import registry
from harness.images.architecture import X86_64
from harness.images.builder import Builder, Order
from harness.images.engine import connect
from harness.images.errors import EngineError, ImageError, RegistryError
from harness.images.functions import FunctionImage
from harness.images.production import Production, Sources
from harness.images.store import ImageStore, is_named
from tests.harness.images.fake_engine import Answer, engine

UNREACHABLE = 'Get "https://x.example/v2/": dial tcp: lookup x.example: no such host'


@pytest.fixture
def connected(tmp_path):
    """A function: an answer, or a function of the path -> a client of an engine that gives it."""
    opened = []

    def open_(answer):
        given = answer if callable(answer) else lambda target: answer
        context = engine(tmp_path / "docker.sock", lambda method, target: given(target))
        client = connect(context.__enter__())
        opened.append((context, client))
        return client

    yield open_
    for context, client in opened:
        client.close()
        context.__exit__(None, None, None)


@pytest.fixture
def order(tmp_path):
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM scratch\n")
    return Order("x:v1", {"Dockerfile": dockerfile}, "Dockerfile")


def test_without_an_engine_a_command_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/absent.sock")
    assert cli.main(["images", "list"]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"harness: no engine at unix://{tmp_path}/absent.sock; install Docker, or set DOCKER_HOST\n"
    )


def test_an_engine_that_refuses_is_said(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(EngineError, match="is not running; start the Docker service"):
        connect(f"unix://{tmp_path}/x")


def test_a_full_disk_names_the_remedy_and_the_step(connected, order):
    events = [
        {"stream": "Step 2/3 : RUN pip install x\n"},
        {"stream": "\x1b[91mERROR: [Errno 28] No space left on device\n\x1b[0m"},
        {"error": "The command '/bin/sh -c pip install x' returned a non-zero code: 1"},
    ]
    said = []
    with pytest.raises(ImageError) as caught:
        Builder(connected(Answer(events=events)), X86_64, said.append).build(order)
    assert "x:v1 cannot be built: the disk of the engine is full; free some space" in str(
        caught.value
    )
    assert "Step 2/3 : RUN pip install x" in str(caught.value)
    assert said == ["x:v1: Step 2/3 : RUN pip install x"]


def test_the_first_builder_makes_what_buildkit_may_not_pull(connected, order):
    answers = {
        "2": Answer(events=[{"error": "failed to solve: no active sessions"}]),
        "1": Answer(events=[{"stream": "Step 1/1 : FROM private\n"}]),
    }
    said = []
    client = connected(lambda target: answers[parse_qs(urlsplit(target).query)["version"][0]])
    Builder(client, X86_64, said.append).build(order)
    assert said == ["x:v1: Step 1/1 : FROM private"]
    assert not client.api.params


def test_an_image_is_built_on_by_its_name(connected):
    tagged = {"Id": "sha256:abcd", "RepoTags": ["base:v1"]}
    store = ImageStore(connected(Answer(events=[tagged])))
    for given in ("sha256:abcd", "abc", "base:v1"):
        assert store.name(given) == "base:v1"


def test_an_image_without_a_name_cannot_be_built_on(connected):
    store = ImageStore(connected(Answer(events=[{"Id": "sha256:abcd", "RepoTags": []}])))
    with pytest.raises(ImageError, match="abcd has no name; give it one with `docker tag`"):
        store.name("abcd")


def test_an_engine_that_stops_in_the_middle_is_not_waited_for(connected, order):
    answer = Answer(events=[{"stream": "Step 1/3 : FROM scratch\n"}], breaks=True)
    with pytest.raises(EngineError, match="stopped answering while it built x:v1"):
        Builder(connected(answer), X86_64, lambda _: None).build(order)


@pytest.mark.parametrize(
    "answer",
    [Answer(500, [{"message": UNREACHABLE}]), Answer(200, [{"error": UNREACHABLE}])],
    ids=["refused", "in the middle"],
)
def test_a_registry_that_cannot_be_reached_is_said(connected, answer):
    with pytest.raises(RegistryError, match=r"no registry can be reached.*--offline"):
        registry.pull(connected(answer), "x:v1", X86_64, lambda _: None)


def test_why_a_registry_is_of_no_use_is_told(connected):
    refused = Answer(500, [{"message": UNREACHABLE}])
    assert "no registry can be reached" in registry.refusal(connected(refused), "x:v1")


def test_a_pull_is_followed(connected):
    said = []
    events = [{"id": "abc", "status": "Downloading"}, {"status": "Digest: sha256:1"}]
    registry.pull(connected(Answer(events=events)), "x:v1", X86_64, said.append)
    assert said == ["x:v1: abc Downloading", "x:v1:  Digest: sha256:1"]


def test_an_image_that_is_not_there_is_named(connected):
    missing = Answer(404, [{"message": "No such image: x:v1"}])
    assert ImageStore(connected(missing)).find("x:v1") is None


ARM = {"Id": "sha256:1", "Architecture": "arm64", "Os": "linux", "Size": 1, "Config": {}}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(404, [{"message": "No such image"}]), "the engine has no image base:v1; pull it"),
        (
            Answer(200, [ARM | {"RootFS": {"Layers": []}}]),
            "base:v1 is for arm64, the functions are for amd64; name a base of that architecture",
        ),
    ],
    ids=["missing", "of another architecture"],
)
def test_a_base_that_does_not_fit_is_refused_before_anything_is_built(
    connected, order, tmp_path, answer, message
):
    function = FunctionImage("x", "x:v1", tmp_path, "Dockerfile", X86_64)
    production = Production(
        connected(answer), X86_64, Sources(tmp_path, offline=True, mirror=""), lambda _: None
    )
    with pytest.raises(ImageError, match=message):
        list(production.produce([], [function], "base:v1"))


@pytest.mark.parametrize(
    ("reference", "name", "own"),
    [
        ("localhost/lambda-pipeline-harness/moto:5.2.5", "moto", True),
        ("123456789012.dkr.ecr.example/hr-chatbot-backend:v1", "hr-chatbot-backend", True),
        ("hr-chatbot-backend:v1", "hr-chatbot-backend", True),
        ("mine:v1", "lambda-python", False),
        ("other-moto:v1", "moto", False),
    ],
)
def test_an_image_that_somebody_built_on_ours_is_not_ours(reference, name, own):
    assert is_named(reference, name) is own
