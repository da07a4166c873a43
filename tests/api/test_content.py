from __future__ import annotations

import pytest

from api import content
from api.errors import UnsupportedTypeError

UTF16 = "請假規定".encode("utf-16")
BIG5 = "請假規定".encode("big5")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def media_type(name: str, head: bytes) -> str:
    kind = content.media_type(name)
    content.demand_borne_out(name, head)
    return kind


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
        ("a.png", PNG, "image/png"),
        ("a.JPG", b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe1", "image/jpeg"),
        ("a.tif", b"II*\0\x08\0\0\0", "image/tiff"),
        ("a.tiff", b"MM\0*\0\0\0\x08", "image/tiff"),
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
        ("a.txt", PNG),
        ("a.png", b"GIF89a"),
        ("a.jpg", b"%PDF-1.7"),
        ("a.gif", b"GIF89a"),
    ],
)
def test_other_content_is_refused(name: str, head: bytes) -> None:
    with pytest.raises(UnsupportedTypeError):
        media_type(name, head)


@pytest.mark.parametrize("said", [None, "application/pdf", "Application/PDF; charset=binary"])
def test_a_type_that_agrees_with_the_suffix(said: str | None) -> None:
    content.demand_type("a.pdf", said)


@pytest.mark.parametrize("said", ["", "text/html", "application/octet-stream"])
def test_a_type_that_does_not(said: str) -> None:
    with pytest.raises(UnsupportedTypeError, match="must be application/pdf"):
        content.demand_type("a.pdf", said)
