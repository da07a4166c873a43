"""An environment of one's own for as long as a `with` block lasts.

Started and stopped through the command line in a private state directory, so suites, demo, gate
and benchmarks get exactly what a user gets and several may run side by side.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psutil

from harness.environment import Environment, load
from harness.errors import EnvironmentFailedError
from harness.state import State

_LAST_BREATH_S = 3.0
PROGRAM = Path(sysconfig.get_path("scripts")) / "harness"


@dataclass
class Disposable:
    """variables: of its commands, all of them; facts: how clients reach it, once it runs;
    family: the processes that ran when it was stopped.
    """

    state_dir: Path
    variables: Mapping[str, str]
    facts: Environment = field(init=False)
    up_seconds: float = 0.0
    family: list[psutil.Process] = field(default_factory=list)

    @classmethod
    def of(cls, state_dir: Path, inherited: Mapping[str, str]) -> Disposable:
        """Return an environment that somebody else has started, and will stop.

        Raises `EnvironmentFailedError` when none runs there.
        """
        environment = cls(state_dir, {**inherited, "HARNESS_STATE_DIR": str(state_dir)})
        environment.facts = load(State(state_dir))
        return environment

    def harness(self, *arguments: str) -> str:
        """Return what the command prints; raises `EnvironmentFailedError` with its complaint."""
        done = subprocess.run(
            [PROGRAM, *arguments], env=self.variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EnvironmentFailedError(
                f"`harness {' '.join(arguments)}` ended with {done.returncode}: {_last(done)}"
            )
        return done.stdout

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = orjson.loads(self.harness("status", "--json"))
        return status

    def start(self, options: tuple[str, ...]) -> None:
        began = time.monotonic()
        # With us as its owner it ends even when we are killed.
        owner = ("--owner", str(os.getpid())) if sys.platform == "linux" else ()
        self.harness("up", "--detach", *owner, "--port", "0", *options)
        self.up_seconds = time.monotonic() - began
        self.facts = load(State(self.state_dir))

    def stop(self) -> None:
        self.family = _family(State(self.state_dir))
        self.harness("down")

    def leftovers(self) -> list[str]:
        """Return what is still there of the environment; nothing once it was stopped."""
        # `down` returns when the directory is free, a moment before the last process has ended.
        _, alive = psutil.wait_procs(self.family, timeout=_LAST_BREATH_S)
        return [f"process {member.pid}" for member in alive] + (
            [str(self.state_dir)] if self.state_dir.exists() else []
        )


def _family(state: State) -> list[psutil.Process]:
    """Return the process that runs the environment and all it started, as they are now."""
    holder = state.holder()
    if holder is None:
        return []
    with contextlib.suppress(psutil.NoSuchProcess):
        head = psutil.Process(holder.pid)
        return [head, *head.children(recursive=True)]
    return []


def _last(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
    return lines[-1]


@contextlib.contextmanager
def disposable(*options: str, inherited: Mapping[str, str]) -> Iterator[Disposable]:
    """Yield a running environment; `options` go to `harness up`, e.g. `"--template", "t.yaml"`.

    Raises `EnvironmentFailedError` when it cannot start. Whatever ends the block also stops it.
    """
    with tempfile.TemporaryDirectory(prefix="harness-") as directory:
        state_dir = Path(directory) / "state"
        environment = Disposable(state_dir, {**inherited, "HARNESS_STATE_DIR": str(state_dir)})
        try:
            environment.start(options)
            yield environment
        finally:
            environment.stop()
