"""Starting `harness up` in the background and hearing from it once whether it is ready."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from harness.errors import EnvironmentFailedError

_READY = "ready"


class Notice:
    """The one message of a detached environment to its starter; without a descriptor, to nobody."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def ready(self) -> None:
        self.give(_READY)

    def give(self, text: str) -> None:
        """Say `text`, unless something has been said."""
        if self._descriptor >= 0:
            os.write(self._descriptor, text.encode())
            os.close(self._descriptor)
            self._descriptor = -1


def start_detached(words: Sequence[str]) -> None:
    """Run `harness` with `words` in a session of its own; return when it is ready.

    Raises `EnvironmentFailedError` with what it said, and its exit code, when it ended instead.
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *words, "--notify", str(writing)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[writing],
        start_new_session=True,
    )
    os.close(writing)
    with os.fdopen(reading) as notices:
        notice = notices.read()
    if notice != _READY:
        code = process.wait()
        error = EnvironmentFailedError(notice or f"it ended with exit code {code}")
        error.exit_code = code
        raise error
