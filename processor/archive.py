"""Is a zip safe to hand to a library? Office documents are zips of XML.

The sizes that the directory claims are bounded first. Then every XML part is unpacked once,
in pieces: a part that is not what the directory claims ends as damaged, and one that declares a
document type as malformed, since entities are the way to make XML grow or read other files.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from processor.errors import Code, PermanentError

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 300 * 2**20
MAX_RATIO = 200
RATIO_FROM_BYTES = 20 * 2**20  # a small part of repeated cells may well shrink more

_ENCRYPTED = 0x1
_PIECE_BYTES = 1 << 20
_XML = (".xml", ".rels")
_DOCTYPE = "<!DOCTYPE"
_DOCTYPES = tuple(_DOCTYPE.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))

# What `ZipFile` raises on damaged directories and parts.
_DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


def members(path: Path) -> frozenset[str]:
    """Return the names in a zip, none if it is damaged."""
    try:
        with ZipFile(path) as archive:
            return frozenset(archive.namelist())
    except _DAMAGED:
        return frozenset()


def check(path: Path) -> None:
    """Raise `PermanentError` unless the zip is whole, of honest size, and its XML without entities.

    Archives inside of it are never opened, so they cannot nest.
    """
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries, path.stat().st_size)
            for entry in entries:
                if entry.filename.lower().endswith(_XML):
                    _check_xml(archive, entry)
    except _DAMAGED as error:
        raise PermanentError(Code.MALFORMED, f"damaged zip: {type(error).__name__}") from error


def _check_sizes(entries: list[ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_MEMBERS:
        raise PermanentError(Code.ZIP_BOMB, f"{len(entries)} members")
    if unpacked > max(packed * MAX_RATIO, RATIO_FROM_BYTES):
        raise PermanentError(Code.ZIP_BOMB, f"{packed} bytes unpack to {unpacked}")
    if unpacked > MAX_UNPACKED_BYTES:
        raise PermanentError(Code.TOO_LARGE, f"unpacks to {unpacked} bytes")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise PermanentError(Code.ENCRYPTED)


def _check_xml(archive: ZipFile, entry: ZipInfo) -> None:
    for piece in _overlapping_pieces(archive, entry):
        if any(mark in piece for mark in _DOCTYPES):
            raise PermanentError(Code.MALFORMED, "XML with a document type")


def _overlapping_pieces(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    tail = b""
    with archive.open(entry) as part:
        while piece := part.read(_PIECE_BYTES):
            yield tail + piece
            tail = piece[-2 * len(_DOCTYPE) :]
