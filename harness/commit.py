"""Which commit a directory is at, as git tells it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def commit(directory: Path) -> str | None:
    """Return the commit's hash, None where there is no git or no commit yet."""
    return _git(directory, "rev-parse", "HEAD")


def dirty(directory: Path) -> bool | None:
    """Tell whether files differ from the commit, None where there is no git."""
    status = _git(directory, "status", "--porcelain")
    return None if status is None else bool(status)


def _git(directory: Path, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(
        [git, "-C", str(directory), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None
