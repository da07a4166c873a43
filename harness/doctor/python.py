"""Is this a Python and a platform that can run Lambda's runtime client?"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding, Level

_OLDEST = (3, 11)


def check(_checkup: Checkup) -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info < _OLDEST:
        remedy = "install Python 3.11 or later and run `make setup`"
        yield Finding(Level.PROBLEM, "Python", f"{version} is too old", remedy)
    else:
        yield Finding(Level.OK, "Python", version)
    yield _platform(sys.platform, platform.platform())


def _platform(system: str, description: str) -> Finding:
    if system == "linux":
        return Finding(Level.OK, "platform", description)
    if system == "darwin":
        detail = f"{description}: the Lambda runtime client has no wheel for macOS"
        return Finding(Level.WARNING, "platform", detail, "use Linux, or a Linux container")
    detail = f"{description} is not supported"
    return Finding(Level.PROBLEM, "platform", detail, "use Linux")
