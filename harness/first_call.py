"""How soon after its start an environment answers its first S3 call."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from harness.disposable import PROGRAM

PATIENCE_S = 60.0
_POLL_S = 0.005
_S3 = "AWS4-HMAC-SHA256 Credential=x/20260101/ap-northeast-1/s3/aws4_request, Signature=x"


def first_call_s(template: Path, inherited: Mapping[str, str]) -> float:
    """Start an environment, return the seconds until it answered ListBuckets, and stop it."""
    with tempfile.TemporaryDirectory(prefix="harness-") as directory:
        variables = {**inherited, "HARNESS_STATE_DIR": str(Path(directory) / "state")}
        port = free_port()
        began = time.monotonic()
        process = subprocess.Popen(
            [PROGRAM, "up", "--port", str(port), "--template", template],
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await_answer(f"http://127.0.0.1:{port}/")
            return time.monotonic() - began
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def await_answer(url: str) -> None:
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
