from __future__ import annotations

from pathlib import Path

import pytest

from processor.documents import FILE_TYPES, IMAGE_TYPES
from processor.errors import Code, PermanentError
from processor.extract import Sample, choose, extract, formats, sample
from processor.pages import Page
from tests.processor import files

NOTHING = Sample(b"", frozenset())


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("module", list(formats()), ids=lambda module: module.__name__)
def test_every_module_of_the_folder_is_a_format(module: object) -> None:
    assert all(suffix.startswith(".") for suffix in module.SUFFIXES)  # type: ignore[attr-defined]
    assert module.recognises(NOTHING) is False  # type: ignore[attr-defined]
    assert callable(module.extract)  # type: ignore[attr-defined]


def test_the_formats_are_those_that_are_accepted() -> None:
    suffixes = [suffix for module in formats() for suffix in module.SUFFIXES]
    assert sorted(suffixes) == sorted(FILE_TYPES | IMAGE_TYPES)


def test_content_decides_before_the_name(tmp_path: Path) -> None:
    path = written(tmp_path / "page.txt", "<!DOCTYPE html><p>請假規定</p>")
    assert [page.text for page in extract(path, ".txt")] == ["請假規定"]
    assert "pdf" in str(choose(Sample(b"junk %PDF-1.4", frozenset()), ".html"))


def test_unknown_type_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.exe", "MZ")
    with pytest.raises(PermanentError) as error:
        choose(sample(path), ".exe")
    assert error.value.code is Code.UNSUPPORTED_TYPE


def test_pdf_has_numbered_pages(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", "第一條 員工應遵守本規則。", "", "Article 2")
    assert list(extract(path, ".pdf")) == [
        Page(1, "第一條 員工應遵守本規則。"),
        Page(2, ""),
        Page(3, "Article 2"),
    ]


def test_pdf_that_anybody_may_open_is_read(tmp_path: Path) -> None:
    path = files.encrypted_pdf(tmp_path / "a.pdf", "")
    assert [page.text for page in extract(path, ".pdf")] == ["Secret salaries"]


def test_pdf_that_only_pypdf_opens_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    files.pdf(path, "Article 1")
    # pdfium wants the mark in the first kilobyte, pypdf does not look for it.
    path.write_bytes(b"\n" * 1100 + path.read_bytes())
    assert [page.text for page in extract(path, ".pdf")] == ["Article 1"]


def test_docx_keeps_order_headings_and_tables(tmp_path: Path) -> None:
    path = files.docx(tmp_path / "a.docx")
    assert list(extract(path, ".docx")) == [
        Page(None, "員工手冊", ("員工手冊",)),
        Page(None, "請假\n員工請假應事先申請。", ("請假",)),
        Page(
            None,
            "特別休假\n年資與天數\n一年 | 七日\n未休之日數折發工資。",
            ("請假", "特別休假"),
        ),
    ]


def test_markdown_is_cut_at_headings_outside_of_code(tmp_path: Path) -> None:
    source = "前言\n# 一\n甲\n```sh\n# comment\n```\n### 一之三\n乙\n# 二\n丙"
    path = written(tmp_path / "a.md", source)
    assert list(extract(path, ".md")) == [
        Page(None, "前言"),
        Page(None, "# 一\n甲\n```sh\n# comment\n```", ("一",)),
        Page(None, "### 一之三\n乙", ("一", "一之三")),
        Page(None, "# 二\n丙", ("二",)),
    ]


def test_html_yields_what_a_reader_sees(tmp_path: Path) -> None:
    source = """<html><head><title>手冊</title><style>p { color: red }</style></head><body>
      <script>alert("no")</script><h1>請 <b>假</b></h1><p>三天前&nbsp;申請&amp;核准<br>附證明
      <table><tr><th>年資<th>天數</tr><tr><td>一年</td><td>七日</td></tr></table></body>"""
    path = written(tmp_path / "a.html", source)
    assert list(extract(path, ".html")) == [
        Page(None, "手冊"),
        Page(None, "請 假\n三天前 申請&核准\n附證明\n年資 | 天數\n一年 | 七日", ("請 假",)),
    ]


def test_html_declares_its_encoding(tmp_path: Path) -> None:
    source = '<html><meta charset="big5"><p>特別休假</p></html>'.encode("big5")
    path = written(tmp_path / "a.html", source)
    assert [page.text for page in extract(path, ".html")] == ["特別休假"]


def test_text_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    text = "員工請假應於三個工作日前提出申請，並經主管核准後始得休假。"
    path = written(tmp_path / "a.txt", text.encode("big5"))
    assert [page.text for page in extract(path, ".txt")] == [text]
