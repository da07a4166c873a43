"""Programs that fetch packages: what they say is kept for when they fail."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from harness.images.errors import DownloadError

_KEPT_LINES = 3


def download(command: Sequence[str], what: str, remedy: str) -> None:
    """Run a program that downloads `what`; raises `DownloadError` with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-_KEPT_LINES:])
        raise DownloadError(f"{what} cannot be downloaded:\n{said}\n{remedy}")
