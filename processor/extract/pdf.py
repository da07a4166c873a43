"""PDF: pdfium reads it; pypdf reads the files and the pages that pdfium cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from processor.clean import unwrap
from processor.errors import Code, PermanentError
from processor.extract import Sample
from processor.garble import garbled
from processor.pages import Page

SUFFIXES = (".pdf",)

MAX_PAGES = 2000
MAX_PAGE_CHARS = 200_000

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024

# The text of the page with this index, from 0; None if the page cannot be read.
PageReader = Callable[[int], str | None]


def recognises(sample: Sample) -> bool:
    """Tell whether PDF's mark is where readers look for it."""
    return _MAGIC in sample.head[:_MAGIC_WITHIN]


def extract(path: Path) -> Iterator[Page]:
    """Yield one numbered page a page; one that cannot be read is empty.

    Raises `PermanentError` when the file is protected, has too many pages, or when most of its
    text cannot be decoded or most of its pages cannot be read.
    """
    import pypdfium2

    second = cache(lambda: _pypdf(path))
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise PermanentError(Code.ENCRYPTED) from error
        yield from _pages(len(second().pages), lambda index: _pypdf_text(second(), index))
    else:
        with document:
            yield from _pages(
                len(document),
                lambda index: _pdfium_text(document, index),
                lambda index: _pypdf_text(second(), index),
            )


def _pages(count: int, *readers: PageReader) -> Iterator[Page]:
    if count > MAX_PAGES:
        raise PermanentError(Code.TOO_MANY_PAGES, f"{count} pages")
    unreadable = undecodable = 0
    for index in range(count):
        text = _first_good(index, readers)
        unreadable += text is None
        undecodable += text is not None and garbled(text)
        yield Page(index + 1, unwrap(text or ""))
    if undecodable * 2 > count - unreadable:
        raise PermanentError(Code.GARBLED_TEXT, f"{undecodable} of {count} pages")
    if unreadable * 2 > count:
        raise PermanentError(Code.MALFORMED, f"{unreadable} of {count} pages cannot be read")


def _first_good(index: int, readers: tuple[PageReader, ...]) -> str | None:
    """Return the first text that is readable, else the first that is there at all."""
    found = None
    for reader in readers:
        text = reader(index)
        if text is not None and not garbled(text):
            return text
        found = text if found is None else found
    return found


def _pdfium_text(document: Any, index: int) -> str | None:
    from pypdfium2 import PdfiumError

    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as text:
            if text.count_chars() > MAX_PAGE_CHARS:
                raise PermanentError(Code.TOO_LARGE, f"{text.count_chars()} characters on a page")
            return str(text.get_text_range())
    except PdfiumError:
        return None


def _pypdf(path: Path) -> Any:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PermanentError(Code.ENCRYPTED)
    return reader


def _pypdf_text(reader: Any, index: int) -> str | None:
    try:
        return str(reader.pages[index].extract_text())
    except MemoryError:
        raise
    except Exception:  # pypdf raises whatever its parser trips over
        return None
