"""The wheels of an image, downloaded by pip for the image's Python and not for ours.

They are kept by what was asked for, so a second build needs no network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from harness.images import cache
from harness.images.architecture import X86_64, Architecture
from harness.images.bases import PYTHON
from harness.images.downloading import download

_GLIBC = 34
"""Minor version of the C library in AWS's image: newer wheels would work here and not there."""
_OLDEST_GLIBC = {"x86_64": 5, "aarch64": 17}


def wheels(requirements: Path, architecture: Architecture, store: Path) -> list[Path]:
    """Return the wheels that `requirements` pins, downloaded below `store` unless they are there.

    Raises `DownloadError` when pip cannot get all of them with the right hashes.
    """
    name = cache.key(PYTHON, *platforms(architecture), requirements.read_text())
    download = partial(_download, requirements, architecture)
    return sorted(cache.kept(store / "wheels" / name, download).glob("*.whl"))


def platforms(architecture: Architecture) -> Iterator[str]:
    """Yield the platform tags that AWS's image can run, best first."""
    machine = architecture.machine
    for minor in range(_GLIBC, _OLDEST_GLIBC[machine] - 1, -1):
        yield f"manylinux_2_{minor}_{machine}"
    yield f"manylinux2014_{machine}"
    if architecture == X86_64:
        yield f"manylinux2010_{machine}"
        yield f"manylinux1_{machine}"


def _download(requirements: Path, architecture: Architecture, directory: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--implementation", "cp", "--python-version", PYTHON),
        *(word for tag in platforms(architecture) for word in ("--platform", tag)),
        *("--dest", str(directory), "--requirement", str(requirements)),
    ]
    remedy = "check the network, the package index that pip is configured with, and the disk"
    download(command, f"the packages of {requirements}", remedy)
