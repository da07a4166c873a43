"""Images and a project of compose, in which the test's environment runs on ports of its own."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from harness import settings
from tests.docs.pages import ROOT
from tests.harness.images.conftest import built, client, present

__all__ = ["built", "client", "present"]

PORTS = ("ENDPOINT_PORT", "API_PORT", "DATABASE_PORT")
IMAGES = ("postgres", "moto", "endpoint", "hr-chatbot-file-processor", "hr-chatbot-backend")
LIMIT_S = 600


class Compose:
    """A project; program: "docker compose" or "docker-compose"; variables: it runs with these."""

    def __init__(self, program: str, variables: dict[str, str]) -> None:
        self.program = program
        self.project = variables["COMPOSE_PROJECT_NAME"]
        self.variables = variables

    def __call__(self, *words: str) -> str:
        """Return what compose says on its standard output; it has to end with 0."""
        done = subprocess.run(
            [*self.program.split(), *words],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def _program() -> str:
    """Return what compose is called here: a plugin of the engine's client, or a program."""
    if shutil.which("docker") and _answers("docker", "compose", "version"):
        return "docker compose"
    if shutil.which("docker-compose"):
        return "docker-compose"
    pytest.skip("there is neither docker compose nor docker-compose")


def _answers(*words: str) -> bool:
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def _free_ports() -> dict[str, str]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PORTS]
        return {name: str(s.getsockname()[1]) for name, s in zip(PORTS, taken, strict=True)}


@pytest.fixture
def compose(built, present) -> Iterator[Compose]:
    """A project that is not up yet, and removed with all it has in the end."""
    program = _program()
    present(*IMAGES)  # from nothing they take minutes, after a change of code seconds
    built(*IMAGES)
    variables = {
        **settings.load().inherited,
        "COMPOSE_PROJECT_NAME": f"harness-test-{secrets.token_hex(4)}",
        **_free_ports(),
        "ARRIVAL_SECONDS": "3",
    }
    project = Compose(program, variables)
    try:
        yield project
    finally:
        project("down", "--volumes", "--remove-orphans", "--timeout", "5")
