"""Subsegments as the daemon gets them: of sampled invocations only, and without anybody's words."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import Any

import pytest

HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="
SCRIPT = """
import sys
from processor import tracing
try:
    with tracing.subsegment("outer", document_id="d-1"):
        tracing.annotate(correlation_id="c-1")
        with tracing.subsegment("inner"):
            raise ValueError("secret")
except ValueError:
    print("aws_xray_sdk" in sys.modules)
"""


def run(address: str, sampled: str, **more: str) -> str:
    variables = {
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_XRAY_DAEMON_ADDRESS": address,
        "_X_AMZN_TRACE_ID": HEADER + sampled,
        **more,
    }
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=variables, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    return done.stdout.strip()


def documents(daemon: socket.socket) -> list[dict[str, Any]]:
    """Return what has arrived; nothing more can, since the process has ended."""
    found = []
    while True:
        try:
            found.append(json.loads(daemon.recv(65_536).partition(b"\n")[2]))
        except BlockingIOError:
            return found


def test_a_sampled_invocation_is_traced() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as daemon:
        daemon.bind(("127.0.0.1", 0))
        assert run(f"127.0.0.1:{daemon.getsockname()[1]}", "1") == "True"
        inner, outer = documents(daemon)
    assert (inner["name"], outer["name"]) == ("inner", "outer")
    assert (inner["parent_id"], outer["parent_id"]) == (outer["id"], "53995c3f42cd8ad8")
    assert outer["annotations"] == {
        "document_id": "d-1",
        "correlation_id": "c-1",
        "error": "ValueError",
    }
    assert inner["fault"] is outer["fault"] is True
    assert "secret" not in json.dumps([inner, outer])


@pytest.mark.parametrize(
    ("sampled", "switch"), [("0", "false"), ("1", "true")], ids=["not sampled", "switched off"]
)
def test_nothing_is_loaded_for_what_is_not_traced(sampled: str, switch: str) -> None:
    assert run("127.0.0.1:9", sampled, POWERTOOLS_TRACE_DISABLED=switch) == "False"


def test_nothing_breaks_without_a_daemon() -> None:
    assert run("127.0.0.1:9", "1") == "True"
