from __future__ import annotations

import importlib.util
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.database import installation
from harness.errors import EnvironmentFailedError


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that everybody may enter; pytest's own are private."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


def test_the_installed_server_is_postgresql_18_and_its_package_is_not_imported():
    server = installation.installed() / "bin" / "postgres"
    answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=True)
    assert "PostgreSQL) 18" in answer.stdout


def test_a_missing_package_is_a_message_that_says_what_to_do(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentFailedError, match="make setup"):
        installation.installed()


def test_what_is_below_a_private_directory_is_out_of_reach(public):
    private = public / "private"
    private.mkdir(mode=0o700)
    program = private / "program"
    program.touch(mode=0o755)
    assert not installation.within_reach(program)


@pytest.mark.parametrize(("mode", "reachable"), [(0o755, True), (0o744, False), (0o700, False)])
def test_a_program_has_to_be_readable_and_executable_by_all(mode, reachable, public):
    program = public / "program"
    program.touch()
    program.chmod(mode)
    assert installation.within_reach(program) is reachable


def test_a_copy_works_where_it_was_put(tmp_path):
    copy = installation.copied(installation.installed(), tmp_path)
    command = [copy / "bin" / "initdb", "--version"]  # needs the libraries beside the package
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("initdb (PostgreSQL) 18")
