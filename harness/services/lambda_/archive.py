"""A deployment package: a zip unpacked as Lambda unpacks it, or refused in Lambda's words.

Names that lead out of the directory are refused, links too when they do; file modes are kept.
"""

from __future__ import annotations

import io
import lzma
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from harness.services.lambda_.refusal import invalid

ZIPPED_LIMIT = 50 * 1024 * 1024
UNZIPPED_LIMIT = 250 * 1024 * 1024

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # encrypted members; NotImplementedError, for unknown methods, is one of these
    ValueError,  # names that cannot be decoded or written
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
)


def unpack(archive: bytes, target: Path) -> None:
    """Unpack into `target`, an empty directory; raises `AwsError` for what AWS would refuse."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            members = opened.infolist()
            _check(members)
            for member in members:
                _extract(opened, member, target)
    except _UNREADABLE:
        raise invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None


def _check(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise invalid("Uploaded file must be a non-empty zip")
    if sum(member.file_size for member in members) > UNZIPPED_LIMIT:
        raise invalid(f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes")
    for member in members:
        if _leads_out(member.filename):
            raise invalid(f"The zip contains a path outside of its root: {member.filename[:200]}")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    path, mode = target / member.filename, member.external_attr >> 16
    if member.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode):
        _link(opened.read(member).decode(), path, target)
        return
    if path.is_symlink():
        raise zipfile.BadZipFile(f"{member.filename} is there twice")
    with opened.open(member) as source, path.open("wb") as written:
        shutil.copyfileobj(source, written)
    path.chmod(stat.S_IMODE(mode) or 0o644)


def _link(destination: str, path: Path, target: Path) -> None:
    root = target.resolve()
    if not (path.parent.resolve() / destination).resolve().is_relative_to(root):
        raise invalid(f"The zip contains a link outside of its root: {destination[:200]}")
    path.symlink_to(destination)
