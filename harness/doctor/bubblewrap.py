"""Is bubblewrap there? `harness up --isolate` runs functions in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding, Level


def check(_checkup: Checkup) -> Iterator[Finding]:
    found = shutil.which("bwrap")
    if found:
        yield Finding(Level.OK, "bubblewrap", found)
    else:
        detail = "not installed; `harness up --isolate` needs it"
        yield Finding(Level.WARNING, "bubblewrap", detail, "install the package `bubblewrap`")
