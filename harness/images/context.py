"""What an engine is sent to build from: a tar archive of the files that a Dockerfile may copy."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

Files = Mapping[str, Path]
"""File by its name in the context."""


def of_directory(directory: Path, dockerfile: str) -> dict[str, Path]:
    """Return the files of `directory` that its .dockerignore does not leave out."""
    from docker.utils.build import exclude_paths

    ignore = directory / ".dockerignore"
    patterns = ignore.read_text().splitlines() if ignore.exists() else []
    kept = exclude_paths(str(directory), [line.strip() for line in patterns], dockerfile)
    found = {name: directory / name for name in sorted(kept)}
    return {name: path for name, path in found.items() if path.is_file()}


def of_package(directory: Path) -> dict[str, Path]:
    """Return the files of a package of Python, below its name, without what was compiled."""
    found = (path for path in directory.rglob("*") if path.is_file())
    kept = (path for path in found if "__pycache__" not in path.parts)
    return {path.relative_to(directory.parent).as_posix(): path for path in kept}


def fingerprint(files: Files) -> str:
    """Return a digest of names and contents."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def archived(files: Files, texts: Mapping[str, str]) -> Iterator[IO[bytes]]:
    """Yield the archive, whose owners and modes are the same on every machine.

    texts: content by name, instead of that of `files`.
    """
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for name, path in sorted(files.items()):
                if name not in texts:
                    archive.add(path, name, recursive=False, filter=_settled)
            for name, text in texts.items():
                _add_text(archive, name, text.encode())
        file.seek(0)
        yield file


def _add_text(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _settled(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member
