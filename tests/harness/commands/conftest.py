from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from harness import cli
from harness.state import State
from tests.harness.test_environment import ENVIRONMENT

_POLL_S = 0.01  # how long the server takes to notice that it shall end

Answer = Callable[[Request], Response]
Serve = Callable[[Answer], AbstractContextManager[str]]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """The state directory that the commands use; nothing runs in it yet."""
    monkeypatch.setenv("HARNESS_STATE_DIR", str(tmp_path / "state"))
    state = State(tmp_path / "state")
    yield state
    state.clean()


@pytest.fixture
def harness(state: State, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command in this process."""

    def run(*words: object) -> Result:
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as end:
            code = int(str(end.code))
        output = capfd.readouterr()
        return Result(code, output.out, output.err)

    return run


@pytest.fixture
def environment(state: State) -> Serve:
    """Run an environment whose endpoint and API are one function."""

    @contextmanager
    def running(answer: Answer) -> Iterator[str]:
        server = make_server("127.0.0.1", 0, Request.application(answer), threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=[_POLL_S])
        thread.start()
        url = f"http://127.0.0.1:{server.port}"
        state.claim()
        replace(ENVIRONMENT, endpoint_url=url, api_url=url).save(state)
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    return running
