"""Stop the environment and remove everything of it: processes, database, directory.

Also cleans up after an environment that was killed. When nothing runs it says so.

examples:
  harness down
  HARNESS_STATE_DIR=/tmp/second harness down
"""

from __future__ import annotations

import argparse
import contextlib
import os
from signal import SIGKILL, SIGTERM, Signals

from harness.errors import EnvironmentFailedError
from harness.process_id import ProcessId
from harness.settings import Settings
from harness.state import State

HELP = "stop the environment and leave nothing behind"
_KILL_GRACE_S = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="how long it may take to stop by itself before it is killed (default 30)",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    state = State(settings.state_dir)
    holder = state.holder()
    if holder is not None:
        unfinished = _unfinished_events(state)
        _end(holder, state, arguments.timeout)
        print(f"stopped the environment in {state.directory}")
        if unfinished:
            print(f"{unfinished} accepted asynchronous events were not finished")
    leftovers = state.directory.exists() and state.claim()
    if leftovers:
        print(f"removed what a killed environment left in {state.directory}")
    if state.directory.exists():
        state.clean()
    if state.complaint:
        print(state.complaint)
    if holder is None and not leftovers:
        print(f"no environment is running in {state.directory}")
    return 0


def _unfinished_events(state: State) -> int:
    """Return how many accepted events have not ended; one that does not answer is stopped too."""
    from harness import control, environment

    try:
        return int(control.status(environment.load(state))["queued_events"])
    except EnvironmentFailedError:
        return 0


def _end(holder: ProcessId, state: State, timeout: float) -> None:
    _signal(holder, SIGTERM)
    if not state.released(timeout):
        print(f"process {holder.pid} did not stop within {timeout:g} s; killing it")
        _signal(holder, SIGKILL)
        state.released(_KILL_GRACE_S)


def _signal(holder: ProcessId, signal: Signals) -> None:
    if holder.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder.pid, signal)
