"""PDF: pdfium reads it; pypdf, then `ocr`, read the pages that pdfium cannot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from processor import ocr
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
_ENDING = b"startxref"

# pypdf takes a tenth of the speed; where it did not help so often, it will not help.
_MAX_VAIN_OPINIONS = 20


def recognises(sample: Sample) -> bool:
    """Tell whether PDF's mark is where readers look for it, or its end is at the end."""
    return _MAGIC in sample.head[:_MAGIC_WITHIN] or _ENDING in sample.tail


def extract(path: Path) -> Iterator[Page]:
    """Yield one numbered page a page; one that cannot be read is empty.

    Raises `PermanentError` when the file is protected, has too many pages, or when most of its
    pages cannot be read.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise PermanentError(Code.ENCRYPTED) from error
        document = None
    if document is None:
        opened = _pypdf(path)
        yield from _pages(len(opened.pages), lambda index: _pypdf_text(opened, index))
    else:
        with document:
            readers = _Readers(document, path)
            yield from _pages(len(document), readers.text)


def _pages(count: int, read: Any) -> Iterator[Page]:
    if count > MAX_PAGES:
        raise PermanentError(Code.TOO_MANY_PAGES, f"{count} pages")
    unread = 0
    for index in range(count):
        text = read(index)
        unread += text is None
        yield Page(index + 1, unwrap(text or ""), unread=text is None)
    if unread * 2 > count:
        raise PermanentError(Code.MALFORMED, f"{unread} of {count} pages cannot be read")


class _Readers:
    """Asks one reader after the other for the text of a page."""

    def __init__(self, document: Any, path: Path) -> None:
        self._document = document
        self._path = path
        self._second: Any = None
        self._vain = 0

    def text(self, index: int) -> str | None:
        """Return the text of the page with this index, from 0; None if none can read it."""
        text = _pdfium_text(self._document, index)
        if text and text.strip() and not garbled(text):
            return text
        if text is None or text.strip():
            text = self._second_opinion(index) or text
        if ocr.available() and (text is None or not text.strip() or garbled(text)):
            text = _pictured_text(self._document, index) or text
        return text

    def _second_opinion(self, index: int) -> str | None:
        """Return what pypdf reads, None if that is no better."""
        if self._vain >= _MAX_VAIN_OPINIONS:
            return None
        self._second = self._second or _pypdf(self._path)
        text = _pypdf_text(self._second, index)
        if text is not None and not garbled(text):
            return text
        self._vain += 1
        return None


def _pdfium_text(document: Any, index: int) -> str | None:
    from pypdfium2 import PdfiumError

    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as text:
            if text.count_chars() > MAX_PAGE_CHARS:
                raise PermanentError(Code.TOO_LARGE, f"{text.count_chars()} characters on a page")
            return str(text.get_text_range())
    except PdfiumError:
        return None


def _pictured_text(document: Any, index: int) -> str | None:
    """Return the text that is drawn on a page, "" for one without anything on it."""
    from pypdfium2 import PdfiumError, raw

    try:
        with closing(document[index]) as page:
            if raw.FPDFPage_CountObjects(page) < 1:
                return ""
            width, height = page.get_size()
            scale = ocr.DOTS_PER_INCH / 72
            scale *= min(1.0, math.sqrt(ocr.MAX_PIXELS / (width * height * scale**2)))
            with closing(page.render(scale=scale, grayscale=True)) as bitmap:
                return ocr.recognise(_picture(bitmap))
    except (PdfiumError, ZeroDivisionError):
        return None


def _picture(bitmap: Any) -> bytes:
    lines = memoryview(bitmap.buffer).cast("B")
    starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
    rows = b"".join(lines[start : start + bitmap.width] for start in starts)
    return ocr.pgm((bitmap.width, bitmap.height), rows)


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
