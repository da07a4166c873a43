"""Word documents: paragraphs and tables in document order, cut at the heading styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from processor.errors import Code, PermanentError
from processor.extract import Sample
from processor.pages import Block, Page, sections

SUFFIXES = (".docx",)

# A zip of a few kilobytes can unpack to gigabytes; no honest document comes near this.
MAX_UNPACKED_BYTES = 300 * 2**20

_PASSWORD_CONTAINER = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def recognises(sample: Sample) -> bool:
    """Tell whether the file is a zip with Word's main part in it."""
    return "word/document.xml" in sample.members


def extract(path: Path) -> Iterator[Page]:
    """Yield one unnumbered page a section."""
    _check_container(path)
    from docx import Document

    yield from sections(_blocks(Document(str(path))))


def _check_container(path: Path) -> None:
    try:
        with ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except BadZipFile as error:
        raise _no_zip(path) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise PermanentError(Code.TOO_LARGE, f"unpacks to {unpacked} bytes")


def _no_zip(path: Path) -> PermanentError:
    data = path.read_bytes()
    if not data.startswith(_PASSWORD_CONTAINER):
        return PermanentError(Code.MALFORMED, "not a zip")
    if _ENCRYPTED_STREAM in data:
        return PermanentError(Code.ENCRYPTED)
    return PermanentError(Code.UNSUPPORTED_TYPE, "the older binary Word format")


def _blocks(container: Any) -> Iterator[Block]:
    from docx.table import Table

    for item in container.iter_inner_content():
        if isinstance(item, Table):
            yield from map(Block, _rows(item))
        elif item.text.strip():
            yield Block(item.text, _level(item))


def _rows(table: Any) -> Iterator[str]:
    """Yield a line for each row; a merged cell is told once."""
    told: set[Any] = set()
    for row in table.rows:
        texts = [_cell(cell) for cell in row.cells if _is_new(cell, told)]
        if line := " | ".join(filter(None, texts)):
            yield line


def _is_new(cell: Any, told: set[Any]) -> bool:
    element = cell._tc  # noqa: SLF001 - a merged cell appears as several that share it
    if element in told:
        return False
    told.add(element)
    return True


def _cell(cell: Any) -> str:
    return " ".join(block.text.strip() for block in _blocks(cell))


def _level(paragraph: Any) -> int:
    """Return the heading level of a paragraph's style: a title is 1, body text 0."""
    name = paragraph.style.name or ""
    if name == "Title":
        return 1
    match = _HEADING.match(name)
    return int(match[1]) if match else 0
