"""`harness up --runtime docker` as a user meets it: control plane and database in containers."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from urllib.parse import urlsplit

import psycopg
import pytest

from harness import boto, settings
from harness.containers.ownership import LABEL
from harness.environment import load
from harness.state import State
from tests.harness.commands.test_up import (
    ECHO,
    HARNESS,
    LIMIT_S,
    read_until,
    refuses,
    state_dir,
    template,
)
from tests.harness.containers.conftest import client, names, supply
from tests.harness.containers.passing_engine import passed_on
from tests.harness.containers.test_supply import MISSING, empty_but
from tests.harness.images.fake_engine import engine

__all__ = ["client", "state_dir", "supply", "template"]

pytestmark = pytest.mark.docker

SOCKET = urlsplit(settings.load().docker_host).path
DOCKER = ("--runtime", "docker", "--port", "0")


@pytest.fixture
def variables(state_dir):
    loaded = settings.load()
    return {
        **loaded.inherited,
        "DOCKER_HOST": loaded.docker_host,
        "HARNESS_STATE_DIR": str(state_dir),
    }


@pytest.fixture
def harness(variables):
    def run(*arguments: object, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HARNESS, *map(str, arguments)],
            env={**variables, **changed},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    yield run
    run("down")


def up(variables, template, *options):
    return subprocess.Popen(
        [HARNESS, "up", *DOCKER, "--template", template, *options],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def parts(harness):
    """Return what `status` says of control plane and database, which are containers."""
    answer = json.loads(harness("status", "--json").stdout)
    found = [answer["control_plane"], answer["database"]]
    assert [part["kind"] for part in found] == ["container", "container"]
    return found


@pytest.mark.usefixtures("supply")
def test_what_runs_is_named_and_down_removes_it(harness, template, state_dir, client):
    result = harness("up", "--detach", *DOCKER, "--template", template)
    assert result.returncode == 0, result.stderr
    found = parts(harness)
    for part in found:
        assert client.containers.get(part["container"]).image.id == part["id"]
        assert re.match(r"127\.0\.0\.1:\d+$", part["address"])
    database_url = json.loads(harness("env", "--json").stdout)["DATABASE_URL"]
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE t (embedding vector(2))")
    assert harness("down").returncode == 0
    assert names(client) & {part["container"] for part in found} == set()
    assert not state_dir.exists()


@pytest.mark.usefixtures("supply")
@pytest.mark.parametrize(("killed", "named"), [(0, "(moto)"), (1, "PostgreSQL")])
def test_a_container_that_ends_ends_the_environment(
    variables, harness, template, state_dir, client, killed, named
):
    with up(variables, template) as process:
        read_until(process, "Ctrl-C")
        found = parts(harness)
        client.api.kill(found[killed]["container"])
        code = process.wait(LIMIT_S)
        said = process.stderr.read()
    assert (code, len(said.splitlines())) == (4, 1), said
    assert f"{named} ended by itself with exit code 137" in said
    assert names(client) & {part["container"] for part in found} == set()
    assert not state_dir.exists()


@pytest.mark.usefixtures("supply")
def test_after_kill_9_the_next_one_removes_what_was_left(
    variables, harness, template, tmp_path, client
):
    with up(variables, template) as process:
        read_until(process, "Ctrl-C")
        left = {part["container"] for part in parts(harness)}
        process.kill()
    elsewhere = {"HARNESS_STATE_DIR": str(tmp_path / "other")}
    result = harness("up", "--detach", *DOCKER, "--template", template, **elsewhere)
    try:
        assert result.returncode == 0, result.stderr
        assert names(client) & left == set()
    finally:
        harness("down", **elsewhere)


@pytest.mark.usefixtures("supply")
def test_ctrl_c_while_it_starts_leaves_nothing(variables, template, state_dir, client):
    with up(variables, template) as process:
        while not (state_dir / "engine").exists():
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 130
        assert process.stderr.read() == ""
    labelled = client.api.containers(all=True, filters={"label": f"{LABEL}={process.pid}"})
    assert labelled == []
    assert not state_dir.exists()


def test_without_an_engine_one_line_says_so(harness, template, tmp_path, state_dir):
    absent = f"unix://{tmp_path}/absent.sock"
    result = harness("up", *DOCKER, "--template", template, DOCKER_HOST=absent)
    refuses(result, 4, absent, "install Docker")
    assert result.stdout == ""
    assert not state_dir.exists()


def test_missing_images_are_named_in_one_line(harness, template, tmp_path, state_dir):
    with engine(tmp_path / "docker.sock", lambda _, target: empty_but(target, MISSING)) as host:
        both = harness("up", *DOCKER, "--template", template, DOCKER_HOST=host)
        options = ("--database-url", "postgresql://u:p@127.0.0.1:1/d")
        one = harness("up", *DOCKER, "--template", template, *options, DOCKER_HOST=host)
    refuses(both, 4, "lambda-python, moto, postgres", "harness images build lambda-python moto")
    refuses(one, 4, "no image for: lambda-python, moto;")
    assert not state_dir.exists()


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("moto:5000", 2, ["http://HOST:PORT"]),
        ("http://127.0.0.1:9", 4, ["does not answer", "--control-plane-url"]),
    ],
)
def test_a_control_plane_that_cannot_be_used_is_refused(
    harness, template, state_dir, url, code, words
):
    options = ("--port", "0", "--control-plane-url", url)
    refuses(
        harness("up", *options, "--template", template), code, url.removeprefix("http://"), *words
    )
    assert not state_dir.exists()


@pytest.mark.usefixtures("supply")
def test_an_engine_that_stops_ends_the_environment_and_the_next_one_cleans_up(
    variables, harness, template, tmp_path, state_dir, client
):
    template.write_text(ECHO)
    with passed_on(tmp_path / "docker.sock", SOCKET) as (host, stop):
        gone = {"DOCKER_HOST": host}
        with up({**variables, **gone}, template) as process:
            read_until(process, "Ctrl-C")
            assert harness("invoke", "echo", "--payload", "7").stdout == "7\n"
            left = owned(client, process.pid)
            stop()
            code = process.wait(LIMIT_S)
            said = process.stderr.read()
    assert (code, len(said.splitlines())) == (4, 1), said
    assert "the engine stopped answering" in said
    assert not state_dir.exists()
    assert left & names(client) == left
    assert harness("up", "--detach", *DOCKER, "--template", template).returncode == 0
    assert left & names(client) == set()


@pytest.mark.usefixtures("supply")
def test_a_change_ends_idle_containers_at_once(harness, template, state_dir, client):
    template.write_text(ECHO)
    assert harness("up", "--detach", *DOCKER, "--template", template).returncode == 0
    assert harness("invoke", "echo", "--payload", "7").stdout == "7\n"
    holder = State(state_dir).holder()
    (before,) = [name for name in owned(client, holder.pid) if name.startswith("lambda-echo-")]
    aws_lambda = boto.client(load(State(state_dir)), "lambda")
    aws_lambda.update_function_configuration(FunctionName="echo", MemorySize=256)
    while before in names(client):
        pass  # the engine takes its time to answer
    assert harness("invoke", "echo", "--payload", "8").stdout == "8\n"


def owned(client, pid):
    """Return the names of what a process has made: two servers, and a sandbox with its pod."""
    labelled = client.api.containers(all=True, filters={"label": f"{LABEL}={pid}"})
    found = {container["Names"][0].removeprefix("/") for container in labelled}
    assert len(found) >= 4, found
    return found
