"""Files made to break a reader: each ends with a code, and soon."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from processor import archive
from processor.errors import Code, PermanentError
from processor.reader import read, read_bounded
from tests.processor import files

CORNER = b'<dimension ref="A1:XFD1048576"/>'


def code_of(path: Path, name: str | None = None) -> Code:
    with pytest.raises(PermanentError) as error:
        read(path, name or path.name, 300)
    return error.value.code


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def zipped(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return path


def test_content_decides_whatever_the_name_says(tmp_path: Path) -> None:
    for made, names in (
        (files.docx(tmp_path / "1"), ("a.pdf", "a.txt", "a")),
        (files.xlsx(tmp_path / "2"), ("a.csv", "a.docx")),
        (files.pptx(tmp_path / "3"), ("a.xlsx",)),
        (files.pdf(tmp_path / "4", "Article 1"), ("a.docx", "a.md")),
        (files.eml(tmp_path / "5"), ("a.txt", "a.html")),
        (written(tmp_path / "6", b"<!doctype html><p>text"), ("a.pdf", "a.eml", "a.csv")),
    ):
        for name in names:
            assert any(page.text for page in read(made, name, 300)), name


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), Code.UNSUPPORTED_TYPE),
        ("a.txt", b"\x1f\x8b\x08\x00rest", Code.UNSUPPORTED_TYPE),
        ("a.md", b"\x7fELF\x02\x01", Code.UNSUPPORTED_TYPE),
        ("a.txt", b"{\\rtf1\\ansi text}", Code.UNSUPPORTED_TYPE),
        ("a.txt", bytes(range(256)) * 40, Code.UNSUPPORTED_TYPE),
        ("a.txt", b"\x00" * 100_000, Code.UNSUPPORTED_TYPE),
        ("a.txt", "\ue001\ue002".encode() * 100, Code.GARBLED_TEXT),
        ("a.eml", b"no field", Code.MALFORMED),
        ("a.xlsx", b"PK\x03\x04 broken", Code.MALFORMED),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", None),
    ],
)
def test_no_document(name: str, content: bytes, code: Code | None, tmp_path: Path) -> None:
    found = code_of(written(tmp_path / "document", content), name)
    assert found in ({code} if code else {Code.NO_TEXT, Code.MALFORMED})


def test_zip_that_is_no_office_document(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", mimetype=b"application/epub+zip", a_xml=b"<a/>")
    assert code_of(path) is Code.UNSUPPORTED_TYPE


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (files.docx, "word/document.xml"),
        (files.xlsx, "xl/worksheets/sheet1.xml"),
        (files.pptx, "ppt/slides/slide1.xml"),
    ],
)
def test_office_bombs(make: Callable[[Path], Path], part: str, tmp_path: Path) -> None:
    whole = make(tmp_path / "whole")

    def ending(change: Callable[[bytes], bytes]) -> Code:
        return code_of(files.rewritten(whole, tmp_path / "bomb", part, change))

    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    outside = b'<!DOCTYPE x SYSTEM "file:///etc/passwd">'
    assert ending(lambda xml: xml + b" " * 2**26) is Code.ZIP_BOMB
    assert ending(lambda xml: laughs + xml) is Code.MALFORMED
    assert ending(lambda xml: outside + xml.split(b"?>", 1)[-1]) is Code.MALFORMED
    utf16 = (laughs.decode() + "<x/>").encode("utf-16")
    assert ending(lambda _: utf16) is Code.MALFORMED


@pytest.mark.parametrize("make", [files.docx, files.pptx])
def test_office_document_of_endless_depth(make: Callable[[Path], Path], tmp_path: Path) -> None:
    part = "word/document.xml" if make is files.docx else "ppt/slides/slide1.xml"
    whole = make(tmp_path / "whole")
    deep = files.rewritten(whole, tmp_path / "deep", part, lambda _: b"<a>" * 100_000)
    assert code_of(deep) is Code.MALFORMED


def test_sheet_that_cannot_be_read_does_not_lose_the_others(tmp_path: Path) -> None:
    whole = files.xlsx(tmp_path / "whole")
    part = "xl/worksheets/sheet1.xml"
    broken = files.rewritten(whole, tmp_path / "a.xlsx", part, lambda _: b"<a>" * 100_000)
    first, other = read(broken, "a.xlsx", 300)
    assert (first.number, first.text, other.text) == (1, "", "平日加班")


def test_zip_of_too_many_members(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("word/document.xml", "<a/>")
        for number in range(archive.MAX_MEMBERS):
            opened.writestr(str(number), "")
    assert code_of(path) is Code.ZIP_BOMB


def test_zip_whose_directory_lies_about_a_part(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", word__document_xml=b"<a/>" * 1000)
    content = path.read_bytes()
    true, claimed = (4000).to_bytes(4, "little"), (40).to_bytes(4, "little")
    assert content.count(true) >= 1
    assert code_of(written(path, content.replace(true, claimed))) is Code.MALFORMED


def test_zip_with_a_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", word__document_xml=b"<a/>")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert code_of(written(path, bytes(content))) is Code.ENCRYPTED


def test_sheet_that_claims_every_cell_there_is(tmp_path: Path) -> None:
    path = files.rewritten(
        files.xlsx(tmp_path / "whole"),
        tmp_path / "a.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(xml[xml.index(b"<dimension") : xml.index(b"<sheetViews")], CORNER),
    )
    assert code_of(path) is Code.TOO_LARGE


def test_sheet_that_claims_little_and_fills_the_last_cell(tmp_path: Path) -> None:
    path = files.rewritten(
        files.xlsx(tmp_path / "whole"),
        tmp_path / "a.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'r="B2"', b'r="XFD1048576"'),
    )
    assert code_of(path) in {Code.OUT_OF_MEMORY, Code.MALFORMED}


def test_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    assert code_of(written(tmp_path / "a.csv", b"a," * 50_000_000)) is Code.TOO_LARGE


def test_row_of_a_million_cells_is_read(tmp_path: Path) -> None:
    (page,) = read(written(tmp_path / "a.csv", b"a," * 1_000_000), "a.csv", 300)
    assert page.text.startswith("a | a")


def test_quote_that_never_ends_is_text(tmp_path: Path) -> None:
    (page,) = read(written(tmp_path / "a.csv", b'"' + b"a,b\n" * 100_000), "a.csv", 300)
    assert "a,b" in page.text


def test_million_nested_tags_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.html", b"<html>" + b"<div>" * 1_000_000 + b"text")
    assert [page.text for page in read(path, "a.html", 300)] == ["text"]


def test_headings_without_end(tmp_path: Path) -> None:
    assert code_of(written(tmp_path / "a.md", b"# a\n" * 60_000)) is Code.TOO_MANY_PAGES


def test_heading_of_a_megabyte_is_shortened(tmp_path: Path) -> None:
    (page,) = read(written(tmp_path / "a.md", b"# " + b"a" * 1_000_000), "a.md", 300)
    assert (len(page.text), len(page.heading[0])) == (1_000_002, 200)


def test_nul_and_surrogates_do_not_reach_the_database(tmp_path: Path) -> None:
    content = b"leave\x00 policy " * 9 + b"\xed\xa0\x80" + "請假".encode() * 500
    (page,) = read(written(tmp_path / "a.txt", content), "a.txt", 300)
    assert "\x00" not in page.text
    assert page.text.encode().decode().startswith("leave policy")


def test_mail_to_everybody_there_is(tmp_path: Path) -> None:
    content = b"Message-ID: <1>\nTo: " + b"a@example.com, " * 200_000 + b"\n\nThe office is closed."
    (page,) = read(written(tmp_path / "a.eml", content), "a.eml", 300)
    assert page.text.strip() == "The office is closed."


def test_mails_within_mails(tmp_path: Path) -> None:
    nested = b"Subject: a\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" * 300 + b"end"
    try:
        read(written(tmp_path / "a.eml", nested), "a.eml", 300)
    except PermanentError as error:
        assert error.code in {Code.MALFORMED, Code.NO_TEXT}  # noqa: PT017 - or it is read


def test_child_that_makes_no_progress_is_ended_before_its_time(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(PermanentError) as error:
        read_bounded(pipe, ".txt", 300, stall_seconds=0.5)
    assert error.value.code is Code.TIMEOUT


def test_next_file_is_read_as_if_nothing_had_been(tmp_path: Path) -> None:
    bomb = files.pdf_with_stream(tmp_path / "a.pdf", b" " * 2**20)
    whole = files.docx(tmp_path / "b.docx")
    for _ in range(3):
        assert code_of(bomb) is Code.NO_TEXT
        assert len(read(whole, "b.docx", 300)) == 3
