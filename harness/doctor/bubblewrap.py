"""Is bubblewrap there? With it a process sandbox can have a file system of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding, Level


def check(_checkup: Checkup) -> Iterator[Finding]:
    found = shutil.which("bwrap")
    if found:
        yield Finding(Level.OK, "bubblewrap", found)
    else:
        detail = "not installed; functions share this machine's file system"
        yield Finding(Level.WARNING, "bubblewrap", detail, "install the package `bubblewrap`")
