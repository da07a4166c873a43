"""Is there room for an environment's data?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.doctor.finding import Checkup, Finding, Level

_NEEDED_GB = 1.0
_COMFORTABLE_GB = 5.0


def check(checkup: Checkup) -> Iterator[Finding]:
    for place in (checkup.settings.state_dir, Path(tempfile.gettempdir())):
        existing = next(path for path in (place, *place.parents) if path.exists())
        yield judge(place, shutil.disk_usage(existing).free / 1e9)


def judge(place: Path, free_gb: float) -> Finding:
    detail = f"{free_gb:.1f} GB free for {place}"
    if free_gb < _NEEDED_GB:
        return Finding(Level.PROBLEM, "disk", detail, "free some space, or set HARNESS_STATE_DIR")
    if free_gb < _COMFORTABLE_GB:
        return Finding(Level.WARNING, "disk", detail, "a load test may fill it")
    return Finding(Level.OK, "disk", detail)
