"""How long `harness up` takes on a machine that has been set up, and what an idle one holds."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import settings
from harness.disposable import PROGRAM, disposable
from loadtests.benchmarks.conftest import TEMPLATE

PATIENCE_S = 60.0
_POLL_S = 0.005
_S3 = "AWS4-HMAC-SHA256 Credential=x/20260101/ap-northeast-1/s3/aws4_request, Signature=x"


def test_up(benchmark: BenchmarkFixture) -> None:
    """A round is a whole life, up and down; `extra_info` has the time until everything is ready."""
    inherited = settings.load().inherited
    ready: list[float] = []
    idle: list[float] = []

    def live() -> None:
        with disposable("--template", str(TEMPLATE), inherited=inherited) as environment:
            ready.append(environment.up_seconds)
            idle.append(environment.status()["memory_mb"])

    benchmark.extra_info |= {"ready_s": ready, "idle_memory_mb": idle}
    benchmark.extra_info["goal"] = "ready <= 3 s, idle <= 600 MB"
    benchmark.pedantic(live, rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def test_first_s3_call(benchmark: BenchmarkFixture, port: int, tmp_path: Path) -> None:
    """From the start of the process until it has answered ListBuckets."""
    variables = {**settings.load().inherited, "HARNESS_STATE_DIR": str(tmp_path / "state")}
    argv = [str(PROGRAM), "up", "--port", str(port), "--template", str(TEMPLATE)]
    started: list[subprocess.Popen[bytes]] = []

    def first_call() -> None:
        started.append(subprocess.Popen(argv, env=variables, stdout=subprocess.DEVNULL))
        _answered(f"http://127.0.0.1:{port}/")

    def stop() -> None:
        for process in started:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)
        started.clear()

    benchmark.extra_info["goal"] = "<= 0.8 s"
    try:
        benchmark.pedantic(first_call, setup=stop, rounds=4)  # type: ignore[no-untyped-call]
    finally:
        stop()


def _answered(url: str) -> None:
    """Ask until there is an answer: a process that does not listen yet cannot be awaited."""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as http:
        while time.monotonic() < deadline:
            try:
                http.get(url, headers={"Authorization": _S3}).raise_for_status()
            except httpx.ConnectError:
                pause.wait(_POLL_S)
            else:
                return
    raise TimeoutError(f"{url} did not answer in {PATIENCE_S:g} s")
