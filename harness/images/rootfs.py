"""Debian packages -> one tar archive with their files, as a system without a package manager.

No script of a package is run; what those would do and is needed here is done by this module and by
the recipe. Order, owners, modes and times depend on nothing but the packages.
"""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from harness.images.errors import DownloadError

_LEFT_OUT = re.compile(r"usr/share/(?:bug|debconf|doc-base|info|lintian|locale|man|perl5)/")
_DOCUMENTATION = re.compile(r"usr/share/doc/(?!.*/copyright$).*[^/]$")
_CERTIFICATE = re.compile(r"usr/share/ca-certificates/mozilla/.*\.crt")
_BUNDLE = "etc/ssl/certs/ca-certificates.crt"
_MERGED = ("bin", "lib", "lib64", "sbin")  # what stands in / for its namesake in /usr
_FILES: Mapping[str, str] = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
    "postgres:x:999:999::/var/lib/postgresql:/bin/sh\n"
    "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\npostgres:x:999:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    # An engine puts its own over these. BuildKit makes and removes what is missing: /etc then has
    # the time of the build.
    "etc/hosts": "",
    "etc/resolv.conf": "",
}


def write(packages: Iterable[Path], target: Path) -> None:
    """Write the files of `packages` to the tar archive `target`; raises `DownloadError`."""
    with tarfile.open(target, "w") as archive:
        known = set(_MERGED)
        for name in _MERGED:
            archive.addfile(_link(name, f"usr/{name}"))
        bundle = b""
        for package in sorted(packages):
            for member, content in _members(package):
                if member.name not in known and wanted(member.name, directory=member.isdir()):
                    known.add(member.name)
                    archive.addfile(settled(member), io.BytesIO(content))
                    if _CERTIFICATE.fullmatch(member.name):
                        bundle += content
        for name, text in _FILES.items():
            _add(archive, name, text.encode())
        _add(archive, _BUNDLE, bundle)


def wanted(name: str, *, directory: bool) -> bool:
    """Tell whether `name`, relative to /, goes into an image: licences do, manuals do not."""
    full = f"{name}/" if directory else name
    return bool(name) and not _LEFT_OUT.match(full) and not _DOCUMENTATION.match(full)


def settled(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return `member` without time, names of owners and rights to become another user."""
    member.mode &= ~0o6000
    member.mtime, member.uname, member.gname = 0, "", ""
    return member


def _members(package: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    try:
        with (
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as unpacked,
            tarfile.open(fileobj=unpacked.stdout, mode="r|") as archive,
        ):
            for member in archive:
                member.name = member.name.removeprefix("./").removeprefix(".")
                member.linkname = member.linkname.removeprefix("./")
                file = archive.extractfile(member) if member.isreg() else None
                yield member, file.read() if file else b""
    except tarfile.TarError as error:
        raise DownloadError(f"{package.name} is not a Debian package: {error}") from error


def _link(name: str, target: str) -> tarfile.TarInfo:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = tarfile.SYMTYPE, target
    return link


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    file = tarfile.TarInfo(name)
    file.size = len(content)
    archive.addfile(file, io.BytesIO(content))
