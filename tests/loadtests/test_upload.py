"""The load generator itself, against a small server whose answers the test chooses."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness import settings
from harness.gate.evidence import SAMPLES_FILE, Plan
from harness.gate.exercise import run_load
from harness.gate.samples import ANSWERED, DROPPED, FAILED, read

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "loadtests" / "upload.py"
SUCCESS = b'{"status":"success"}'


class Api:
    """Answers uploads with `answer`, the first one only after `proceed` is set."""

    def __init__(self, answer: tuple[int, bytes]) -> None:
        self.proceed = threading.Event()
        self.proceed.set()
        self.received: list[tuple[str, bytes]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                api.received.append((self.headers["authorization"], body))
                api.proceed.wait(30)
                self.send_response(answer[0])
                self.send_header("content-length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_: object) -> None:
                """Keep the test's output to itself."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.proceed.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def variables(monkeypatch):
    monkeypatch.chdir(ROOT)
    return {**settings.load().inherited, "TOKEN": "a-token"}


@pytest.fixture
def documents(tmp_path):
    directory = tmp_path / "documents"
    directory.mkdir()
    (directory / "規章.txt").write_text("內容", encoding="utf-8")
    return directory


def load(api, tmp_path, documents, variables, *options):
    """Run 40 arrivals in a quarter of a second; return the generator's exit code and samples."""
    argv = [
        *(sys.executable, "-m", "locust", "-f", str(PROGRAM), "--headless", "--only-summary"),
        *("--host", api.url, "--exit-code-on-error", "0", "--documents", str(documents)),
        *("--arrival-rate", "160", "--arrival-seconds", "0.25"),
        *("--samples", str(tmp_path / "samples.csv"), *options),
    ]
    done = subprocess.run(argv, env=variables, cwd=ROOT, capture_output=True, check=False)
    return done.returncode, read(tmp_path / "samples.csv")


def test_sends_every_arrival_with_token_and_file(tmp_path, documents, variables):
    with Api((200, SUCCESS)) as api:
        code, samples = load(api, tmp_path, documents, variables)
    assert code == 0
    assert Counter(sample.outcome for sample in samples) == {ANSWERED: 40}
    assert all(0.0 <= sample.lag <= sample.latency for sample in samples)
    assert {authorization for authorization, _ in api.received} == {"Bearer a-token"}
    assert all("內容".encode() in body for _, body in api.received)
    assert all("規章.txt".encode() in body for _, body in api.received)


@pytest.mark.parametrize("answer", [(500, SUCCESS), (200, b'{"status":"error"}')])
def test_another_answer_is_a_failure(tmp_path, documents, variables, answer):
    with Api(answer) as api:
        code, samples = load(api, tmp_path, documents, variables)
    assert code == 0
    assert Counter(sample.outcome for sample in samples) == {FAILED: 40}
    assert {sample.status for sample in samples} == {answer[0]}


def proceed_after(api, path, number):
    """Let the server answer once `number` samples are on disk, or when they do not come."""
    pause = threading.Event()
    deadline = time.monotonic() + 30.0
    while len(read(path)) < number and time.monotonic() < deadline:
        pause.wait(0.05)
    api.proceed.set()


def test_arrivals_beyond_the_cap_are_dropped_not_delayed(tmp_path, documents, variables):
    with Api((200, SUCCESS)) as api:
        api.proceed.clear()
        watcher = threading.Thread(target=proceed_after, args=(api, tmp_path / "samples.csv", 35))
        watcher.start()
        _, samples = load(api, tmp_path, documents, variables, "--max-in-flight", "5")
        watcher.join()
    assert Counter(sample.outcome for sample in samples) == {ANSWERED: 5, DROPPED: 35}


def test_a_generator_that_cannot_work_says_so(tmp_path, documents, variables):
    (documents / "規章.txt").unlink()
    with Api((200, SUCCESS)) as api:
        code, samples = load(api, tmp_path, documents, variables)
    assert code == 2
    assert samples == ()


def test_nobody_listening_gives_failures_and_no_crash(tmp_path, documents, variables):
    with Api((200, SUCCESS)) as api:
        pass
    code, samples = load(api, tmp_path, documents, variables)
    assert code == 0
    assert Counter(sample.outcome for sample in samples) == {FAILED: 40}


def test_the_gate_runs_it_as_declared(tmp_path, variables):
    with Api((200, SUCCESS)) as api:
        reachable = {**variables, "API_URL": api.url}
        code = run_load(PROGRAM, Plan(160.0, 0.25, 0.0), 1, tmp_path, reachable)
    assert code == 0
    assert len(read(tmp_path / SAMPLES_FILE)) == 40
