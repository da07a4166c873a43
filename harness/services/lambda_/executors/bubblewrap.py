"""bubblewrap around a sandbox's process: no other process, no device, no privilege in sight.

It starts inside the sandbox's namespaces, which have the network and the file system already.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.errors import EnvironmentFailedError
from harness.services.lambda_.executors.layout import TASK_ROOT, TEMPORARY

_WITHIN = ("--ro-bind", "/", "/", "--bind", str(TEMPORARY), str(TEMPORARY))
_OWN = ("--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--unshare-ipc", "--unshare-uts")
_END = ("--die-with-parent", "--cap-drop", "ALL", "--chdir", str(TASK_ROOT), "--")


def find() -> Path:
    """Return bubblewrap; raises `EnvironmentFailedError` where it is missing or cannot work."""
    found = shutil.which("bwrap")
    if found is None:
        raise EnvironmentFailedError(
            "--isolate needs bubblewrap; install the package `bubblewrap` "
            "(Debian, Ubuntu: `apt-get install bubblewrap`), or leave --isolate out"
        )
    trial = subprocess.run(
        [found, "--ro-bind", "/", "/", *_OWN, "--", shutil.which("true") or "/bin/true"],
        env={},
        check=False,
        capture_output=True,
        text=True,
    )
    if trial.returncode:
        raise EnvironmentFailedError(
            f"--isolate cannot work here, bubblewrap says: {trial.stderr.strip()}; leave it out"
        )
    return Path(found)


def wrapped(bubblewrap: Path, argv: Sequence[str | Path]) -> list[str | Path]:
    return [bubblewrap, *_WITHIN, *_OWN, *_END, *argv]
