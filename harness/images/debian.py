"""Debian packages, downloaded by apt into a place of its own: the machine's apt is not touched.

apt chooses the packages, checks the archive's signature and needs no rights. The mirror is the one
that the machine's apt is configured with, unless another is named.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from harness.images import cache, rootfs
from harness.images.architecture import Architecture
from harness.images.downloading import download
from harness.images.errors import DownloadError

_RELEASE = "trixie"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_ARCHIVES = {"Debian": _RELEASE, "Debian-Security": f"{_RELEASE}-security"}
"""Suite by the label of its archive."""
_PROGRAMS = {"apt-get": "apt", "dpkg-deb": "dpkg"}


def missing() -> list[str]:
    """Return the packages of this machine that `rootfs_tar` lacks."""
    packages = [package for program, package in _PROGRAMS.items() if not shutil.which(program)]
    return packages if _KEYRING.exists() else [*packages, "debian-archive-keyring"]


def rootfs_tar(packages: Path, architecture: Architecture, store: Path, mirror: str) -> Path:
    """Return a tar archive of the packages named in the file and of what they depend on.

    It is made below `store` unless it is there. mirror: URL of an archive of Debian, "" for the
    machine's. Raises `DownloadError`.
    """
    names = packages.read_text().split()
    form = Path(rootfs.__file__).read_text()
    key = cache.key(_RELEASE, architecture.engine, mirror, form, *names)
    place = store / "debian" / key
    make = partial(_make, names, architecture, mirror)
    return cache.kept(place, make) / "rootfs.tar"


def sites(index_targets: str) -> dict[str, str]:
    """Return URL by label of the archives in the output of `apt-get indextargets`."""
    rows = (line.split(" ", 2) for line in index_targets.splitlines())
    return {label: site for origin, label, site in rows if origin == "Debian"}


def sources(archives: Mapping[str, str]) -> str:
    """Return a sources.list of our release from URL by label."""
    return "".join(
        f"deb [signed-by={_KEYRING}] {archives[label]} {suite} main\n"
        for label, suite in _ARCHIVES.items()
        if label in archives
    )


def _make(names: list[str], architecture: Architecture, mirror: str, place: Path) -> None:
    if lacking := missing():
        raise DownloadError(
            f"images cannot be built from Debian packages without: {', '.join(lacking)}; install "
            "them, or let the engine pull images from a registry"
        )
    apt = place / "apt"
    _configure(apt, mirror)
    _apt(apt, architecture, "update")
    _apt(apt, architecture, "install", "--yes", "--download-only", *names)
    rootfs.write(apt.glob("archives/*.deb"), place / "rootfs.tar")
    shutil.rmtree(apt)


def _configure(apt: Path, mirror: str) -> None:
    for directory in ("lists/partial", "archives/partial"):
        (apt / directory).mkdir(parents=True)
    (apt / "status").touch()
    text = sources({"Debian": mirror} if mirror else sites(_index_targets()))
    if not text:
        raise DownloadError(
            "this machine's apt knows no archive of Debian; name one with --debian-mirror URL"
        )
    (apt / "sources.list").write_text(text)


def _index_targets() -> str:
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(SITE)"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _apt(apt: Path, architecture: Architecture, *words: str) -> None:
    options = (word for option in _options(apt, architecture) for word in ("-o", option))
    command = ["apt-get", "--quiet", *options, *words]
    remedy = "check the network, the mirror (--debian-mirror) and the disk"
    download(command, "Debian packages", remedy)


def _options(apt: Path, architecture: Architecture) -> Iterator[str]:
    yield f"APT::Architecture={architecture.engine}"
    yield f"APT::Architectures::={architecture.engine}"
    yield "APT::Install-Recommends=false"
    yield "APT::Sandbox::User="
    yield "APT::Get::List-Cleanup=false"
    yield "Acquire::Languages=none"
    yield "Acquire::Retries=3"
    yield f"Dir::State={apt}"
    yield f"Dir::State::lists={apt}/lists"
    yield f"Dir::State::status={apt}/status"
    yield f"Dir::Cache={apt}"
    yield f"Dir::Cache::archives={apt}/archives"
    yield f"Dir::Etc::sourcelist={apt}/sources.list"
    yield "Dir::Etc::sourceparts=-"
    yield "Debug::NoLocking=true"
