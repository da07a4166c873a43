"""Containers and programs that no format of ours claims, told apart so that refusals are exact."""

from __future__ import annotations

import mmap
from pathlib import Path

from processor.errors import Code, PermanentError

ZIP = b"PK"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # Office up to 2003, Outlook, and any protected Office file

# A protected document is an OLE file with this stream in it.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

_NO_DOCUMENTS = {
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x7fELF": "a program",
    b"{\\rtf": "RTF",
    b"GIF8": "GIF",
    b"BM": "a bitmap",
    b"ID3": "audio",
    b"OggS": "audio",
    b"RIFF": "audio, video or WebP",
    b"SQLite format 3\x00": "a database",
    b"MZ": "a program",
    b"%!PS": "PostScript",
}


def refuse(head: bytes, members: frozenset[str], path: Path | None) -> None:
    """Raise `PermanentError` if the file is something that no text format can be.

    path: where to look for what the head does not tell, None when there is only the head.
    """
    if head.startswith(OLE):
        raise _ole(path)
    if head.startswith(ZIP) and members:
        raise PermanentError(Code.UNSUPPORTED_TYPE, "a zip, but no Office document")
    if head.startswith(ZIP + b"\x03\x04"):
        raise PermanentError(Code.MALFORMED, "a damaged zip")
    for mark, name in _NO_DOCUMENTS.items():
        if head.startswith(mark) and (len(mark) > 3 or not head.isascii() or b"\x00" in head):
            raise PermanentError(Code.UNSUPPORTED_TYPE, name)


def _ole(path: Path | None) -> PermanentError:
    if path is not None and _contains(path, _ENCRYPTED_STREAM):
        return PermanentError(Code.ENCRYPTED)
    return PermanentError(Code.UNSUPPORTED_TYPE, "the older binary Office format")


def _contains(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(mark) >= 0
