"""Do the PostgreSQL binaries of the Python environment run on this machine?"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from harness.database import installation
from harness.doctor.finding import Checkup, Finding, Level
from harness.errors import EnvironmentFailedError

_OWN = "name a database of your own with `harness up --database-url URL`"


def check(_checkup: Checkup) -> Iterator[Finding]:
    try:
        server = installation.installed() / "bin" / "postgres"
        answer = subprocess.run(
            [server, "--version"], capture_output=True, text=True, check=True, timeout=10
        )
    except (EnvironmentFailedError, OSError, subprocess.SubprocessError) as error:
        yield Finding(Level.PROBLEM, "PostgreSQL", str(error), _OWN)
        return
    account = installation.unprivileged_account()
    owner = "" if account is None else f", will run as uid {account.uid} because you are root"
    yield Finding(Level.OK, "PostgreSQL", answer.stdout.strip() + owner)
