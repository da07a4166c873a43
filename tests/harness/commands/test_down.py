"""Environments here are programs with a real database, ended in all the ways there are."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest
from werkzeug.wrappers import Response

from harness.commands import down
from harness.process_end import await_end
from tests.harness.programs import first_line, running

_LONG_S = 20.0
_ENVIRONMENT = """
import asyncio, signal, sys
from pathlib import Path
from harness.database.embedded import EmbeddedPostgres
from harness.state import State

async def main():
    state = State(Path(sys.argv[1]))
    state.claim()
    server = EmbeddedPostgres(state)
    await server.start()
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    print(server._process.pid, flush=True)
    await stopped.wait()
    await server.stop()
    state.clean()

asyncio.run(main())
"""
_STUBBORN = """
import signal, sys
from pathlib import Path
from harness.state import State
signal.signal(signal.SIGTERM, signal.SIG_IGN)
State(Path(sys.argv[1])).claim()
print("ready", flush=True)
signal.pause()
"""


def _outside(directory: Path) -> list[Path]:
    return [link.readlink() for link in (directory / "elsewhere").glob("*")]


def test_an_environment_is_stopped_and_nothing_is_left(harness, state):
    with running(_ENVIRONMENT, state.directory) as environment:
        postgres = psutil.Process(int(first_line(environment)))
        outside = _outside(state.directory)
        result = harness("down")
        assert environment.wait(_LONG_S) == 0
    assert (result.code, result.err) == (0, "")
    assert result.out == f"stopped the environment in {state.directory}\n"
    assert await_end([postgres], _LONG_S)
    assert not any(path.exists() for path in [state.directory, *outside])


def test_what_a_killed_environment_left_is_removed(harness, state):
    with running(_ENVIRONMENT, state.directory) as environment:
        postgres = psutil.Process(int(first_line(environment)))
        environment.kill()
        environment.wait()
    outside = _outside(state.directory)
    result = harness("down")
    assert result.code == 0
    assert result.out == f"removed what a killed environment left in {state.directory}\n"
    assert await_end([postgres], _LONG_S)
    assert not any(path.exists() for path in [state.directory, *outside])


def test_one_that_does_not_stop_is_killed(harness, state):
    with running(_STUBBORN, state.directory) as environment:
        first_line(environment)
        result = harness("down", "--timeout", "0.05")
        assert environment.wait(_LONG_S) == -9
    assert result.code == 0
    assert "did not stop within 0.05 s; killing it" in result.out
    assert not state.directory.exists()


def test_nothing_to_stop_is_said_and_no_failure(harness, state):
    for _ in range(2):
        result = harness("down")
        assert (result.code, result.err) == (0, "")
        assert result.out == f"no environment is running in {state.directory}\n"
    assert not state.directory.exists()


def test_files_of_others_are_not_removed(harness, state):
    state.directory.mkdir()
    thesis = state.path("thesis.txt")
    thesis.write_text("precious")
    result = harness("down")
    assert result.code == 4
    assert thesis.read_text() == "precious"
    thesis.unlink()


@pytest.mark.parametrize("seconds", ["soon", ""])
def test_a_timeout_that_is_none_is_a_usage_error(harness, seconds):
    assert harness("down", "--timeout", seconds).code == 2


def test_events_that_were_not_finished_are_counted(harness, state, environment, monkeypatch):
    """The environment is this process, so it is not stopped for real."""
    monkeypatch.setattr(down, "_end", lambda *_: None)
    answer = Response(json.dumps({"queued_events": 3}), mimetype="application/json")
    with environment(lambda _: answer):
        said = harness("down").out
    assert "3 accepted asynchronous events were not finished\n" in said


def test_an_environment_that_does_not_answer_is_stopped_without_a_count(state):
    assert down._unfinished_events(state) == 0
