"""Runs what the gate judges: the scenarios under pytest, the load under locust.

Both are programs of the project under test, named by path; the harness imports neither.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.gate.evidence import SAMPLES_FILE, SCENARIOS_FILE, Plan

LOAD_LOG = "load.log"
SCENARIOS_LOG = "scenarios.log"
_SCENARIOS_LIMIT_S = 1200.0
_CLEAN_UP_LIMIT_S = 60.0
_LOAD_GRACE_S = 90.0  # for the last requests to end after the last arrival


def run_scenarios(
    suite: Path, runtime: str, directory: Path, variables: Mapping[str, str]
) -> int | None:
    """Return pytest's exit code, None when the scenarios had to be killed."""
    argv = [
        *(sys.executable, "-m", "pytest", str(suite), "-q", "-p", "no:cacheprovider"),
        *(() if runtime == "process" else ("--runtime", runtime)),  # any suite, not only this one
        *("--junitxml", str(directory / SCENARIOS_FILE)),
    ]
    return _run(argv, directory / SCENARIOS_LOG, variables, _SCENARIOS_LIMIT_S)


def run_load(
    program: Path, plan: Plan, seed: int, directory: Path, variables: Mapping[str, str]
) -> int | None:
    """Return locust's exit code, None when it had to be killed.

    `variables` hold API_URL and TOKEN, as `harness env` prints them.
    """
    argv = [
        *(sys.executable, "-m", "locust", "-f", str(program), "--headless", "--only-summary"),
        *("--host", variables["API_URL"], "--exit-code-on-error", "0"),
        *("--arrival-rate", str(plan.rate), "--arrival-seconds", str(plan.seconds)),
        *("--arrival-seed", str(seed), "--samples", str(directory / SAMPLES_FILE)),
    ]
    return _run(argv, directory / LOAD_LOG, variables, plan.seconds + _LOAD_GRACE_S)


def _run(
    argv: Sequence[str], log: Path, variables: Mapping[str, str], limit_s: float
) -> int | None:
    """Return the program's exit code, None when it took longer than `limit_s` and was ended."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            argv,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C reaches it once, through us, so that it can clean up
        ) as program,
    ):
        try:
            return program.wait(limit_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(program)


def _end(program: subprocess.Popen[bytes]) -> None:
    """Interrupt a program that still runs: it may have an environment of its own to stop."""
    if program.poll() is None:
        program.send_signal(signal.SIGINT)
        try:
            program.wait(_CLEAN_UP_LIMIT_S)
        except subprocess.TimeoutExpired:
            program.kill()
