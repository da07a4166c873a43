"""Office documents and mail: what their readers see, with its place."""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from processor.extract import extract
from processor.pages import Page
from tests.processor import files


def test_pptx_has_numbered_slides_with_titles_tables_and_notes(tmp_path: Path) -> None:
    path = files.pptx(tmp_path / "a.pptx")
    assert list(extract(path, ".pptx")) == [
        Page(1, "請假規定\n特別休假 | 七日\n提醒三天前申請", ("請假規定",)),
        Page(2, "加班應事前核准"),
    ]


def test_points_of_a_diagram_are_read(tmp_path: Path) -> None:
    path = files.smart_art_pptx(tmp_path / "a.pptx", "申請", "核准")
    assert list(extract(path, ".pptx")) == [Page(1, "申請\n核准")]


def test_slide_that_cannot_be_read_does_not_lose_the_others(tmp_path: Path) -> None:
    whole = files.pptx(tmp_path / "a.pptx")
    broken = files.rewritten(
        whole,
        tmp_path / "b.pptx",
        "ppt/slides/slide1.xml",
        lambda part: part.replace(b"<p:cSld>", b"<p:x>").replace(b"</p:cSld>", b"</p:x>"),
    )
    assert list(extract(broken, ".pptx")) == [
        Page(1, "", (), unread=True),
        Page(2, "加班應事前核准"),
    ]


def test_xlsx_has_numbered_sheets_with_their_names(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx")
    assert list(extract(path, ".xlsx")) == [
        Page(
            1, "假別 | 日數 | 生效\n特別休假 | 7 | 2026-01-01\n半日 事假 | 0.5 |  | TRUE", ("請假",)
        ),
        Page(3, "平日加班", ("加班",)),
    ]


def test_csv_is_read_whatever_separates_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for mark in ",;\t":
        path.write_text(f'姓名{mark}說明\n王小明{mark}"請假, 三日;\n已核准"\n\n', encoding="big5")
        assert list(extract(path, ".csv")) == [
            Page(None, "姓名 | 說明\n王小明 | 請假, 三日; 已核准")
        ]


def test_mail_has_head_body_and_attachments(tmp_path: Path) -> None:
    attached = [
        files.xlsx(tmp_path / "假別.xlsx"),
        files.encrypted_pdf(tmp_path / "salaries.pdf", "password"),
        tmp_path / "logo.gif",
    ]
    attached[2].write_bytes(b"GIF89a\x00\x00")
    path = files.eml(tmp_path / "a.eml", *attached)
    head, first, last, protected = extract(path, ".eml")
    assert head.heading == ("請假通知",)
    assert head.text.splitlines() == [
        "Subject: 請假通知",
        "From: 人資 <hr@example.com>",
        "To: all@example.com",
        "",
        "下週一放假。",
    ]
    assert (first.number, first.heading) == (1, ("請假通知", "假別.xlsx", "請假"))
    assert (last.number, last.text) == (3, "平日加班")
    assert protected == Page(None, "", ("請假通知", "salaries.pdf"), unread=True)


def test_mail_that_is_only_a_web_page(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        b"Subject: =?utf-8?b?5pS+5YGH?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html; charset=no-such\r\n\r\n<p>Friday is <i>off</i>.</p>"
    )
    assert [page.text for page in extract(path, ".txt")] == ["Subject: 放假\n\nFriday is off."]


def test_japanese_mail_of_seven_bits(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        b"Subject: =?iso-2022-jp?B?GyRCNVkySxsoQg==?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
        + "来週の月曜日は創立記念日のため休業します。".encode("iso-2022-jp")
    )
    (page,) = extract(path, ".eml")
    assert page.text == "Subject: 休暇\n\n来週の月曜日は創立記念日のため休業します。"


def test_docx_text_in_controls_insertions_and_boxes_is_read(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("第一章", 1)
    body = document.element.body
    for inner in (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>控制項</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "<w:p><w:ins><w:r><w:t>新增</w:t></w:r></w:ins><w:del><w:r><w:delText>刪除</w:delText></w:r></w:del></w:p>",
        "<w:p><w:r><w:txbxContent><w:p><w:r><w:t>方塊</w:t></w:r></w:p></w:txbxContent></w:r></w:p>",
    ):
        opening, _, rest = inner.partition(">")
        body.insert(len(body) - 1, parse_xml(f"{opening} {nsdecls('w')}>{rest}"))
    document.save(str(tmp_path / "a.docx"))
    (page,) = extract(tmp_path / "a.docx", ".docx")
    assert page == Page(None, "第一章\n控制項\n新增\n方塊", ("第一章",))


def test_table_in_a_cell_is_told_once(tmp_path: Path) -> None:
    document = Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "外"
    cell.add_table(1, 1).cell(0, 0).text = "內"
    document.save(str(tmp_path / "a.docx"))
    (page,) = extract(tmp_path / "a.docx", ".docx")
    assert page.text == "外 內"
