"""Documents whose numbers Word makes: they are read as they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.chunk import chunk
from processor.extract import extract
from processor.reader import read
from tests.processor import files

W = '<w:{} w:val="{}"/>'


def level(place: int, number_format: str, text: str, more: str = "", start: int = 1) -> str:
    """Return a level; more: elements between the format and the text."""
    shown = W.format("start", start) + W.format("numFmt", number_format) + more
    return f'<w:lvl w:ilvl="{place}">{shown}{W.format("lvlText", text)}</w:lvl>'


def abstract(*levels: str, identifier: int = 0) -> str:
    inner = "".join(levels)
    return f'<w:abstractNum w:abstractNumId="{identifier}">{inner}</w:abstractNum>'


def listed(number: int, identifier: int = 0, more: str = "") -> str:
    return f'<w:num w:numId="{number}">{W.format("abstractNumId", identifier)}{more}</w:num>'


NO_RESTART = W.format("lvlRestart", 0)
ARTICLES = listed(1) + abstract(
    level(0, "taiwaneseCountingThousand", "第%1章"),
    level(1, "taiwaneseCountingThousand", "第%2條", NO_RESTART + W.format("suff", "nothing")),
    level(2, "taiwaneseCounting", "%3、"),
    level(3, "taiwaneseCounting", "(%4)"),
)
AGAIN = f'<w:lvlOverride w:ilvl="0">{W.format("startOverride", 1)}</w:lvlOverride>'
LEGAL = (
    abstract(
        level(0, "upperRoman", "%1."),
        level(1, "decimal", "%1.%2"),
        level(2, "lowerLetter", "%1.%2.%3", "<w:isLgl/>"),
        level(3, "bullet", "\uf0b7"),
    )
    + listed(1)
    + listed(2, more=AGAIN)
    + listed(3)
    + listed(4, identifier=7)
)


def paragraph(text: str, place: int | None = None, number: int = 1, mark: str = "") -> str:
    in_list = "" if place is None else W.format("ilvl", place) + W.format("numId", number)
    properties = f"<w:pPr><w:numPr>{in_list}</w:numPr>{mark}</w:pPr>" if in_list or mark else ""
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
    definitions = (
        abstract(W.format("numStyleLink", "Law"))
        + abstract(
            W.format("styleLink", "Law"),
            level(0, "decimal", "%1", W.format("pStyle", "Top"), start=3),
            level(1, "decimal", "%1.%2", W.format("pStyle", "Below")),
            identifier=1,
        )
        + listed(5)
    )
    numbers = f"<w:pPr><w:numPr>{W.format('numId', 5)}</w:numPr></w:pPr>"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{identifier}">'
        f"{W.format('name', name)}{more}</w:style>"
        for identifier, name, more in (
            ("Top", "heading 1", numbers),
            ("Below", "heading 2", W.format("basedOn", "Top")),
            ("Loop", "Loop", W.format("basedOn", "Loop")),
        )
    )

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
        abstract("<w:lvl/>") + listed(1),
        abstract(level(0, "?", "%9%1%", start=-1)) + listed(1),
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
