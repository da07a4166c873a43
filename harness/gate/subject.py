"""What was judged and where: commit, hashes of the files that decide, the machine."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from harness.commit import commit, dirty
from harness.errors import UsageError


@dataclass(frozen=True, slots=True)
class Source:
    """What is judged: commit, None outside a repository; dirty: files differ from it.

    sha256: of the files that decide, by name, None for one that is not there.
    """

    commit: str | None
    dirty: bool | None
    sha256: dict[str, str | None]


def source(files: Mapping[str, Path]) -> Source:
    """Describe the project around `files["template"]` as it is now."""
    root = files["template"].resolve().parent
    hashes = {name: digest(path) for name, path in files.items()}
    return Source(commit(root), dirty(root), hashes)


def demand_same(before: Source, after: Source) -> None:
    """Raise `UsageError` when another commit or file was judged at the end than at the start.

    What the run itself wrote may have made the tree dirty.
    """
    changed = [name for name, value in before.sha256.items() if after.sha256[name] != value]
    if after.commit != before.commit:
        changed.append("commit")
    if changed:
        raise UsageError(f"{', '.join(changed)} changed while the gate ran; run it again")


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a file in hexadecimal, None when there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def machine() -> dict[str, Any]:
    """Return the fingerprint of this machine; figures compare only where it is the same."""
    one, five, fifteen = psutil.getloadavg()
    return {
        "cpu": _cpu(),
        "cores": psutil.cpu_count(),
        "memory_mb": psutil.virtual_memory().total >> 20,
        "kernel": platform.platform(),
        "python": sys.version.partition(" ")[0],
        "load_average": [one, five, fifteen],
    }


def _cpu() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor() or platform.machine()
    lines = information.read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
