"""Files made to exhaust, confuse or mislead whoever reads them, each small to keep and to send."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from scenarios.documents import Document

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
_OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_MAIL = b"Message-ID: <1@example.com>\nMIME-Version: 1.0\n"


def _zip(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def _docx(body: str, doctype: str = "") -> bytes:
    document = f'{doctype}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _zip(word__document_xml=document)


def _xlsx(sheet: str, doctype: str = "") -> bytes:
    return _zip(xl__workbook_xml=f"{doctype}<workbook/>", xl__worksheets__sheet1_xml=sheet)


def _nested_zip(depth: int) -> bytes:
    content = "x" * 1000
    archive = _zip(a_xml=content)
    for _ in range(depth):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as outer:
            outer.writestr("inner.zip", archive)
        archive = file.getvalue()
    return archive


def _pdf(*objects: bytes) -> bytes:
    body = b"%PDF-1.7\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer << /Root 1 0 R >>\n%%EOF"


def _page(*more: bytes, contents: bytes, resources: bytes = b"") -> bytes:
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << %s >> >>"
        % resources,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(contents), contents),
        *more,
    )


def _page_tree_loop() -> bytes:
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 /Parent 2 0 R >>",
    )


def _huge_image() -> bytes:
    """Return a page with a picture of 60,000 by 60,000 pixels."""
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB"
        b" /BitsPerComponent 8 /Filter /FlateDecode /Length 4 >>\nstream\nxxxx\nendstream"
    )
    return _page(image, contents=b"/I Do", resources=b"/XObject << /I 5 0 R >>")


def _form_loop() -> bytes:
    """Return a page whose drawing draws itself, twice each time."""
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>"
        b" /Length 11 >>\nstream\n/F Do /F Do\nendstream"
    )
    return _page(form, contents=b"/F Do", resources=b"/XObject << /F 5 0 R >>")


def _nested_parts(depth: int) -> bytes:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return _MAIL + parts


def _many_parts(count: int) -> bytes:
    part = b"--b\nContent-Disposition: attachment; filename=a.txt\n\nx\n"
    return _MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * count + b"--b--"


# By file name: how to make it, and what may become of it.
Case = tuple[Callable[[], bytes], set[str]]

CASES: dict[str, Case] = {
    "laughs.docx": (lambda: _docx("<w:p>&c;</w:p>", _LAUGHS), {"malformed"}),
    "laughs.xlsx": (lambda: _xlsx("<worksheet>&c;</worksheet>", _LAUGHS), {"malformed"}),
    "outside.docx": (lambda: _docx("<w:p>&a;</w:p>", _OUTSIDE), {"malformed"}),
    "deep.docx": (lambda: _docx("<w:ins>" * 5000 + "</w:ins>" * 5000), {"malformed"}),
    "blank-bomb.docx": (lambda: _docx(" " * 50_000_000), {"zip_bomb"}),
    "nested.docx": (lambda: _nested_zip(40), {"unsupported_type"}),
    "lie.txt": (lambda: b"<!doctype html><p>Leave is seven days.</p>", {"completed"}),
    "loop.pdf": (_page_tree_loop, {"malformed", "no_text", "too_many_pages"}),
    "picture.pdf": (_huge_image, {"no_text", "malformed", "too_large"}),
    "form.pdf": (_form_loop, {"no_text", "malformed", "timeout", "out_of_memory"}),
    "parts.eml": (
        lambda: _nested_parts(10_000),
        {"malformed", "no_text", "too_large", "completed"},
    ),
    "attachments.eml": (lambda: _many_parts(10_000), {"too_large"}),
    "cells.csv": (lambda: b"a," * 200_000, {"completed"}),
    "tags.html": (lambda: b"<html>" + b"<div>" * 500_000 + "特別休假".encode(), {"completed"}),
    "marks.html": (lambda: b"<html>" + b"<" * 300_000, {"completed", "timeout", "no_text"}),
}

# Too large for the door; somebody puts them into the bucket: 100 and 200 MB.
LARGE: dict[str, Case] = {
    "one-line.csv": (lambda: b"a," * 50_000_000, {"too_large"}),
    "long.txt": (lambda: b"a line of text\n" * 13_400_000, {"too_large"}),
}


def made(name: str, cases: dict[str, Case]) -> tuple[Document, set[str]]:
    """Return the file and what may become of it."""
    make, endings = cases[name]
    return Document(name, make()), endings
