"""Which Python runs a function: the exact one of its runtime if it is there, else the harness's.

It is there when `pythonX.Y` on PATH can import what a managed runtime brings along.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

INTERPRETER = Path(sys.executable)
_PROBE = "import awslambdaric, boto3, sys; print('%d.%d' % sys.version_info[:2])"
_PATIENCE_S = 20.0


class Interpreters:
    """default: the Python of the harness; path: where others are looked for, as PATH has it."""

    def __init__(self, path: str, default: Path = INTERPRETER) -> None:
        self._default = default
        self._path = path
        self._found: dict[str, asyncio.Future[Path]] = {}

    async def of(self, runtime: str) -> Path:
        """Return the interpreter for "python3.12"; "" is an image's. Asked once for each."""
        if runtime in ("", f"python{sys.version_info.major}.{sys.version_info.minor}"):
            return self._default
        if runtime not in self._found:
            self._found[runtime] = asyncio.ensure_future(asyncio.to_thread(self._find, runtime))
        return await asyncio.shield(self._found[runtime])

    def _find(self, runtime: str) -> Path:
        candidate = shutil.which(runtime, path=self._path)
        if candidate is None or not _is_runtime(candidate, runtime, self._path):
            return self._default
        return Path(candidate)


def _is_runtime(candidate: str, runtime: str, path: str) -> bool:
    try:
        said = subprocess.run(
            [candidate, "-I", "-c", _PROBE],
            env={"PATH": path},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return f"python{said.stdout.strip()}" == runtime
