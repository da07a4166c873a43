from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import platform
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import cli, doctor
from harness.database import installation
from harness.doctor import (
    corpora,
    disk,
    docker,
    environment,
    images,
    packages,
    port,
    postgres,
    python,
    template,
)
from harness.doctor.finding import Checkup, Finding, Level
from harness.images import engine
from harness.settings import load
from harness.state import State

PROJECT = Path(__file__).parents[3]


def _checkup(tmp_path: Path, *, docker_host: str = "", port: int = 0, file: str = "t") -> Checkup:
    variables = {"HARNESS_STATE_DIR": str(tmp_path / "state"), "DOCKER_HOST": docker_host}
    return Checkup(load(variables), port, tmp_path / file)


@pytest.mark.parametrize("name", doctor.names())
def test_every_check_takes_a_checkup_and_yields_findings(name):
    check = importlib.import_module(f"harness.doctor.{name}").check
    assert inspect.isgeneratorfunction(check)
    assert len(inspect.signature(check).parameters) == 1


def test_a_problem_is_exit_code_1_and_findings_are_complete(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HARNESS_STATE_DIR", str(tmp_path / "state"))
    code = cli.main(["doctor", "--json", "--template", str(tmp_path / "missing.yaml")])
    findings = json.loads(capsys.readouterr().out)
    assert code == 1
    (problem,) = [finding for finding in findings if finding["level"] == "problem"]
    assert problem["subject"] == "template"
    assert "missing.yaml cannot be read" in problem["detail"]
    assert problem["remedy"]


def test_each_finding_is_a_line_with_its_remedy_below(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HARNESS_STATE_DIR", str(tmp_path / "state"))
    arguments = ["doctor", "--template", str(PROJECT / "template.yaml"), "--port", "0"]
    assert cli.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"ok       Python: {platform.python_version()}" in lines
    assert all(line.startswith(("ok ", "warning ", " " * 9)) for line in lines)


def test_python_and_platform(tmp_path):
    findings = list(python.check(_checkup(tmp_path)))
    assert [finding.level for finding in findings] == [Level.OK, Level.OK]
    assert python._platform("darwin", "macOS").level is Level.WARNING
    assert python._platform("win32", "Windows").level is Level.PROBLEM


def test_packages_of_extras_are_not_required():
    declared = ["boto3>=1.44", "moto[server]>=5", 'locust>=2; extra == "load"']
    assert packages.required(declared) == ["boto3", "moto"]


def test_a_missing_package_is_a_problem_that_names_it(monkeypatch, tmp_path):
    monkeypatch.setattr(packages.metadata, "requires", lambda name: ["pytest", "no-such-package"])
    (finding,) = packages.check(_checkup(tmp_path))
    assert (finding.level, finding.detail) == (Level.PROBLEM, "missing: no-such-package")


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken_is_a_warning_with_who_has_it(tmp_path, listener):
    (finding,) = port.check(_checkup(tmp_path, port=listener))
    assert finding.level is Level.WARNING
    assert f"{listener} is taken by process {os.getpid()} (" in finding.detail
    assert "--port 0" in finding.remedy


def test_a_port_that_the_environment_has_is_as_it_should_be(tmp_path, listener):
    checkup = _checkup(tmp_path, port=listener)
    state = State(checkup.settings.state_dir)
    state.claim()
    (finding,) = port.check(checkup)
    state.clean()
    assert finding == Finding(Level.OK, "port", f"{listener} is the running environment's")


@contextlib.contextmanager
def _engine(path: Path, answer: bytes) -> Iterator[str]:
    """Answer one request on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"unix://{path}"
        thread.join()


@pytest.mark.parametrize(
    ("answer", "level", "detail"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", Level.OK, "answers"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", Level.WARNING, "answered 500"),
        (b"220 smtp ready\r\n", Level.WARNING, "does not answer (not HTTP"),
    ],
)
def test_an_engine_is_asked(tmp_path, answer, level, detail):
    with _engine(tmp_path / "docker.sock", answer) as host:
        (finding,) = docker.check(_checkup(tmp_path, docker_host=host))
    assert finding.level is level
    assert detail in finding.detail


def test_an_engine_that_is_not_there_or_not_running_is_told_apart(tmp_path):
    absent = f"unix://{tmp_path}/absent.sock"
    (finding,) = docker.check(_checkup(tmp_path, docker_host=absent))
    assert finding.detail == f"no engine at {absent}; containers are left out"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "stale.sock"))
    (finding,) = docker.check(_checkup(tmp_path, docker_host=f"unix://{tmp_path}/stale.sock"))
    assert "is not running" in finding.detail
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        (finding,) = docker.check(_checkup(tmp_path, docker_host=host))
    assert "is not running" in finding.detail


def test_an_engine_that_may_not_be_used_is_said():
    detail, remedy = engine.explain(PermissionError(), "unix:///x")
    assert detail == "you may not use the engine at unix:///x"
    assert "group `docker`" in remedy


def test_an_address_that_cannot_be_checked_is_said(tmp_path):
    (finding,) = docker.check(_checkup(tmp_path, docker_host="ssh://box"))
    assert "DOCKER_HOST=ssh://box is not checked" in finding.detail


def test_binaries_that_do_not_run_are_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr(installation, "installed", lambda: tmp_path)
    (finding,) = postgres.check(_checkup(tmp_path))
    assert finding.level is Level.PROBLEM
    assert "--database-url" in finding.remedy


@pytest.mark.parametrize(
    ("free", "level"), [(0.5, Level.PROBLEM), (2.0, Level.WARNING), (50.0, Level.OK)]
)
def test_room_on_the_disk(free, level, tmp_path):
    assert disk.judge(tmp_path, free).level is level


def test_the_disk_of_a_directory_that_does_not_exist_yet_is_its_parent_s(tmp_path):
    findings = list(disk.check(_checkup(tmp_path)))
    assert str(tmp_path / "state") in findings[0].detail


def test_absent_corpora_leave_tests_out(tmp_path):
    (tmp_path / "project").mkdir()
    (finding,) = corpora.check(_checkup(tmp_path, file="project/template.yaml"))
    assert finding.level is Level.WARNING
    (tmp_path / "shared" / "corpora").mkdir(parents=True)
    (finding,) = corpora.check(_checkup(tmp_path, file="project/template.yaml"))
    assert finding.level is Level.OK


def test_how_images_come_here_is_said():
    assert images._way("", []) == Finding(Level.OK, "registry", "answers; images are pulled")
    offline = images._way("no such host", [])
    assert offline.level is Level.OK
    assert "built from Debian and Python packages" in offline.detail
    lacking = images._way("no such host", ["apt"])
    assert (lacking.level, lacking.remedy) == (Level.WARNING, "install apt")


def test_images_are_not_looked_at_without_an_engine(tmp_path):
    (finding,) = images.check(_checkup(tmp_path, docker_host=f"unix://{tmp_path}/absent.sock"))
    assert finding.level is Level.WARNING
    assert "no engine at" in finding.detail


def test_a_template_that_cannot_be_applied_is_a_problem(tmp_path):
    (tmp_path / "t").write_text("Resources: {Topic: {Type: AWS::Nonsense::Thing}}")
    (finding,) = template.check(_checkup(tmp_path))
    assert finding.level is Level.PROBLEM
    assert "AWS::Nonsense::Thing" in finding.detail


def test_without_an_environment_there_is_nothing_it_found(tmp_path):
    (finding,) = environment.check(_checkup(tmp_path))
    assert finding.level is Level.OK


def test_an_environment_that_is_still_starting_is_said(tmp_path):
    checkup = _checkup(tmp_path)
    state = State(checkup.settings.state_dir)
    state.claim()
    (finding,) = environment.check(checkup)
    state.clean()
    assert finding.level is Level.WARNING
    assert "not ready yet" in finding.detail
