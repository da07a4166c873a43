from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import cli, commands
from harness.errors import EnvironmentFailedError

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"
SLOW = {"boto3", "docker", "httpx", "moto", "psycopg", "rich"}


def test_the_commands_are_the_modules_of_the_folder():
    folder = Path(commands.__path__[0])
    assert cli.names() == sorted(file.stem for file in folder.glob("[!_]*.py"))


@pytest.mark.parametrize("name", cli.names())
def test_every_command_has_help_with_itself_in_an_example(name, capsys):
    command = cli.load(name)
    assert command.HELP
    assert callable(command.run)
    with pytest.raises(SystemExit) as caught:
        cli.main([name, "--help"])
    assert caught.value.code == 0
    page = capsys.readouterr().out
    assert f"  harness {name}" in page
    assert "exit codes:" in page


@pytest.mark.parametrize("name", cli.names())
def test_every_command_is_documented(name):
    assert f"## `harness {name}`" in DOCS.read_text()


def test_no_command_is_imported_with_what_is_slow_to_import():
    source = "from harness import cli; [cli.load(name) for name in cli.names()]"
    command = [sys.executable, "-c", f"{source}; import sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not SLOW & set(done.stdout.split())


@pytest.mark.parametrize("words", [[], ["nonsense"], ["up", "--nonsense"], ["invoke"]])
def test_what_is_not_understood_ends_with_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: harness")


class _Raising:
    """A command that ends as it is told."""

    HELP = "raise"

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def add_arguments(self, parser: object) -> None: ...

    def run(self, arguments: object, settings: object) -> int:
        raise self._error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (EnvironmentFailedError("no engine; start it"), 4, "harness: no engine; start it\n"),
        (KeyboardInterrupt(), 130, "harness: interrupted\n"),
    ],
)
def test_what_a_user_can_act_on_is_one_line_and_an_exit_code(
    error, code, said, monkeypatch, capsys
):
    monkeypatch.setattr(cli, "load", lambda name: _Raising(error))
    assert cli.main(["env"]) == code
    assert capsys.readouterr() == ("", said)


def test_a_defect_is_not_hidden(monkeypatch):
    monkeypatch.setattr(cli, "load", lambda name: _Raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(["env"])


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "harness", "down"],
            env={"HARNESS_STATE_DIR": str(tmp_path / "state")},
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
