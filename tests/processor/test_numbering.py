"""Documents whose numbers Word makes: they are read as they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.chunk import chunk
from processor.extract import extract
from processor.reader import read
from tests.processor import files

ARTICLES = """
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="taiwaneseCountingThousand"/><w:lvlText w:val="第%1章"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="taiwaneseCountingThousand"/><w:lvlRestart w:val="0"/><w:suff w:val="nothing"/><w:lvlText w:val="第%2條"/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="taiwaneseCounting"/><w:lvlText w:val="%3、"/></w:lvl>
  <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="taiwaneseCounting"/><w:lvlText w:val="(%4)"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
"""
LEGAL = """
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:isLgl/><w:lvlText w:val="%1.%2.%3"/></w:lvl>
  <w:lvl w:ilvl="3"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xf0b7;"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="7"/></w:num>
"""


def paragraph(text: str, level: int | None = None, number: int | str = 1, mark: str = "") -> str:
    listed = "" if level is None else f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
    properties = f"<w:pPr><w:numPr>{listed}</w:numPr>{mark}</w:pPr>" if listed or mark else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def lines(path: Path) -> list[str]:
    return [line for page in extract(path, ".docx") for line in page.text.split("\n")]


def test_articles_keep_their_numbers_and_decide_the_chunks(tmp_path: Path) -> None:
    path = files.numbered_docx(
        tmp_path / "a.docx",
        ARTICLES,
        paragraph("總則", 0)
        + paragraph("本規則依勞動基準法訂定。", 1)
        + paragraph("員工之分類如下。", 1)
        + paragraph("定期員工。", 2)
        + paragraph("試用者。", 3)
        + paragraph("不定期員工。", 2)
        + paragraph("請假", 0)
        + paragraph("請假應事先申請。", 1)
        + paragraph("病假。", 2),
    )
    assert lines(path) == [
        "第一章 總則",
        "第一條 本規則依勞動基準法訂定。",
        "第二條 員工之分類如下。",
        "一、定期員工。",
        "(一) 試用者。",
        "二、不定期員工。",
        "第二章 請假",
        "第三條 請假應事先申請。",  # articles are counted through, points begin anew
        "一、病假。",
    ]
    assert [made.heading for made in chunk(read(path, "a.docx", 300))] == [
        "第一章 總則 > 第一條",
        "第一章 總則 > 第二條",
        "第二章 請假 > 第三條",
    ]


def test_levels_name_those_above_and_lists_begin_anew_where_they_say(tmp_path: Path) -> None:
    path = files.numbered_docx(
        tmp_path / "a.docx",
        LEGAL,
        paragraph("Leave", 0)
        + paragraph("Annual", 1)
        + paragraph("Days", 2)
        + paragraph("a point", 3)
        + paragraph("Days", 2)
        + paragraph("Sick", 1)
        + paragraph("Pay", 0, 3)  # another list of the same kind counts on
        + paragraph("Contract", 0, 2)  # this one begins anew
        + paragraph("Term", 0, 2)
        + paragraph("End", 1, 2)
        + paragraph("No such list", 0, 9)
        + paragraph("Nor its definition", 0, 4)
        + paragraph("No number", 0, 0)
        + paragraph("Plain"),
    )
    assert lines(path) == [
        "I. Leave",
        "I.1 Annual",
        "1.1.1 Days",
        "a point",
        "1.1.2 Days",
        "I.2 Sick",
        "II. Pay",
        "I. Contract",
        "II. Term",
        "II.1 End",
        "No such list",
        "Nor its definition",
        "No number",
        "Plain",
    ]


def test_styles_have_numbers_too(tmp_path: Path) -> None:
    """As in a document whose headings are numbered."""
    definitions = """
    <w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Law"/></w:abstractNum>
    <w:abstractNum w:abstractNumId="1"><w:styleLink w:val="Law"/>
      <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Top"/><w:lvlText w:val="%1"/></w:lvl>
      <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Below"/><w:lvlText w:val="%1.%2"/></w:lvl>
    </w:abstractNum>
    <w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>
    """
    numbers = '<w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr>'
    styles = f"""
    <w:style w:type="paragraph" w:styleId="Top"><w:name w:val="heading 1"/>{numbers}</w:style>
    <w:style w:type="paragraph" w:styleId="Below"><w:name w:val="heading 2"/><w:basedOn w:val="Top"/></w:style>
    <w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
    """

    def styled(text: str, style: str, more: str = "") -> str:
        properties = f'<w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>'
        return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"

    none = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    path = files.numbered_docx(
        tmp_path / "a.docx",
        definitions,
        styled("Leave", "Top")
        + styled("Annual", "Below")
        + styled("Preface", "Top", none)
        + styled("Sick", "Below")
        + styled("Text", "Loop"),
        styles,
    )
    pages = list(extract(path, ".docx"))
    assert [page.text for page in pages] == ["3 Leave", "3.1 Annual", "Preface", "3.2 Sick\nText"]
    assert pages[1].heading == ("3 Leave", "3.1 Annual")


def test_paragraphs_in_tables_are_counted_where_they_stand(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(text, 0)}</w:tc>" for text in ("甲方", "乙方"))
    table = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    body = paragraph("前", 0) + table + paragraph("後", 0)
    path = files.numbered_docx(tmp_path / "a.docx", LEGAL, body)
    assert lines(path) == ["I. 前", "II. 甲方 | III. 乙方", "IV. 後"]


def test_what_was_deleted_does_not_count_and_what_is_empty_does(tmp_path: Path) -> None:
    deleted = "<w:rPr><w:del w:id='1' w:author='a'/></w:rPr>"
    path = files.numbered_docx(
        tmp_path / "a.docx",
        LEGAL,
        paragraph("One", 0)
        + paragraph("", 0, mark=deleted)
        + paragraph("", 0)
        + paragraph("Three", 0),
    )
    assert lines(path) == ["I. One", "II.", "III. Three"]


@pytest.mark.parametrize(
    "definitions",
    [
        "",
        '<w:num w:numId="1"/>',
        '<w:abstractNum/><w:num w:numId="1"><w:abstractNumId/></w:num>',
        '<w:abstractNum w:abstractNumId="0"><w:lvl/></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="-1"/><w:lvlText w:val="%9%1%"/><w:numFmt w:val="?"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    ],
)
def test_damaged_definitions_do_not_lose_the_text(definitions: str, tmp_path: Path) -> None:
    path = files.numbered_docx(tmp_path / "a.docx", definitions, paragraph("特別休假", 0))
    assert lines(path)[0].endswith("特別休假")


def test_what_readers_do_not_see_is_left_out(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>留下</w:t></w:r><w:del><w:r><w:delText>刪除</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>搬走</w:t></w:r></w:moveFrom>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隱藏</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>可見</w:t></w:r></w:p>'
        "<w:p><w:pPr><w:tabs><w:tab w:val='left' w:pos='1'/></w:tabs></w:pPr><w:r><w:ruby>"
        "<w:rt><w:r><w:t>きゅうか</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>休暇</w:t></w:r></w:rubyBase>"
        "</w:ruby></w:r></w:p>"
    )
    path = files.numbered_docx(tmp_path / "a.docx", "", body)
    assert lines(path) == ["留下可見", "休暇"]
