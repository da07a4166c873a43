"""Does an environment run, and what did it find?"""

from __future__ import annotations

from collections.abc import Iterator

from harness import control, environment
from harness.doctor.finding import Checkup, Finding, Level
from harness.errors import EnvironmentFailedError
from harness.state import State


def check(checkup: Checkup) -> Iterator[Finding]:
    state = State(checkup.settings.state_dir)
    try:
        if state.holder() is None:
            yield Finding(Level.OK, "environment", f"none is running in {state.directory}")
            return
        running = environment.load(state)
        findings = control.status(running)["findings"]
    except EnvironmentFailedError as error:
        yield Finding(Level.WARNING, "environment", str(error))
        return
    yield Finding(Level.OK, "environment", f"runs at {running.endpoint_url}")
    for finding in findings:
        yield Finding(Level.WARNING, "environment", finding)
