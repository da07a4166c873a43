from __future__ import annotations

import pytest

from api.content import media_type
from api.errors import UnsupportedTypeError

UTF16 = "請假規定".encode("utf-16")
BIG5 = "請假規定".encode("big5")


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.pdf", b"%PDF-1.7\n", "application/pdf"),
        ("A.PDF", b"\xef\xbb\xbfjunk before %PDF-1.4", "application/pdf"),
        ("a.md", "# 請假規定".encode(), "text/markdown"),
        ("a.htm", b"<!doctype html>", "text/html"),
        ("a.txt", UTF16, "text/plain"),
        ("a.txt", BIG5, "text/plain"),
        ("a.txt", "請假 規定\n".encode("utf-16-le"), "text/plain"),
        ("a.txt", ("a" + "請假" * 600).encode()[:1024], "text/plain"),
        ("a.csv", "姓名,部門".encode("big5"), "text/csv"),
        ("a.eml", b"Subject: a\n\nb", "message/rfc822"),
    ],
)
def test_content_that_bears_out_the_name(name: str, head: bytes, expected: str) -> None:
    assert media_type(name, head) == expected


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.docx", "wordprocessingml.document"),
        ("a.pptx", "presentationml.presentation"),
        ("a.xlsx", "spreadsheetml.sheet"),
    ],
)
def test_office_documents_are_zips(name: str, ending: str) -> None:
    assert media_type(name, b"PK\x03\x04...").endswith(ending)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.exe", b"MZ\x90\0"),
        ("no suffix", b"text"),
        (".pdf", b"%PDF-1.7"),
        ("a.pdf.exe", b"%PDF-1.7"),
        ("a.pdf", b"<html>not a pdf</html>"),
        ("a.docx", b"%PDF-1.7"),
        ("a.txt", b"%PDF-1.7"),
        ("a.md", b"PK\x03\x04..."),
        ("a.csv", b"PK\x03\x04..."),
        ("a.xlsx", b"a,b,c"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ],
)
def test_other_content_is_refused(name: str, head: bytes) -> None:
    with pytest.raises(UnsupportedTypeError):
        media_type(name, head)
