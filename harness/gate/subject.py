"""What was judged and where: commit, hashes of the files that decide, the machine."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from harness.commit import commit, dirty


def describe(
    files: Mapping[str, Path], *, runtime: str, images: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the subject of a verdict: commit, dirty flag, SHA-256 of each of `files` by name.

    images: reference, id and content_digest by name, of those that were exercised.
    """
    root = files["template"].resolve().parent
    return {
        "commit": commit(root),
        "dirty": dirty(root),
        "runtime": runtime,
        "images": dict(images),
        "sha256": {name: digest(path) for name, path in files.items()},
    }


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
