"""The control plane as the harness runs it, and a template applied to it as the harness does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from harness.control_plane.variables import ENVIRONMENT
from harness.stack.aws import Aws

ROOT = Path(__file__).parents[3]
REGION = "ap-northeast-1"


@dataclass(frozen=True)
class Applied:
    """One run of `python -m harness.stack`: its exit code and the events it printed."""

    code: int
    events: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


class ControlPlane:
    def __init__(self, url: str) -> None:
        self.url = url
        self.client = Aws(url, REGION, connections=1).client

    def reset(self) -> None:
        urlopen(Request(f"{self.url}/moto-api/reset", method="POST")).close()  # noqa: S310

    def apply(self, template: Path, parameters: dict[str, str] | None = None) -> Applied:
        """Apply as `harness up` does, in a process of its own."""
        process = subprocess.run(
            [sys.executable, "-m", "harness.stack", *self.arguments(template)],
            input=json.dumps({"parameters": parameters or {}}) + "\ngo\n",
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=120,
        )
        assert process.stderr == ""
        return Applied(process.returncode, events(process.stdout))

    def arguments(self, template: Path) -> list[str]:
        return [str(template), "--endpoint-url", self.url, "--region", REGION]


def events(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="session")
def moto() -> Iterator[ControlPlane]:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.moto_server"],
        env=ENVIRONMENT,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield ControlPlane(f"http://127.0.0.1:{process.stdout.readline().strip()}")
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def control_plane(moto: ControlPlane) -> ControlPlane:
    moto.reset()
    return moto
