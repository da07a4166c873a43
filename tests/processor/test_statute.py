from __future__ import annotations

import pytest

from processor.chunk import chunk
from processor.pages import Page


def headings(text: str, *above: str) -> list[str | None]:
    return [c.heading for c in chunk([Page(None, text, above)])]


def test_article_is_a_chunk_that_knows_its_chapter() -> None:
    text = (
        "勞動基準法\n第 四 章 工作時間\n第 30 條\n勞工正常工作時間，每日不得超過八小時。\n"
        "第 30-1 條\n中央主管機關指定之行業。\n第三十八條之一　特別休假。\n"
        "第五章 童工\n第四十四條 童工。"
    )
    chunks = chunk([Page(1, text)])
    assert [c.heading for c in chunks] == [
        None,
        "第四章 工作時間 > 第30條",
        "第四章 工作時間 > 第30-1條",
        "第四章 工作時間 > 第三十八條之一",
        "第五章 童工 > 第四十四條",
    ]
    assert chunks[1].content.startswith("第 四 章 工作時間\n第 30 條")


MARKS = {
    "（目的）\n第一条　この規則は目的を定める。\n（適用）\n第二条　適用する。": [
        "第一条",
        "第二条",
    ],
    "第3条（休暇）\n休暇は、別に定める。": ["第3条 （休暇）"],
    "Article 1. Scope\nThis.\nArticle 2: Leave\nDays.": ["Article 1 Scope", "Article 2 Leave"],
    "Section 3.2 Pay\nPaid.\nSection 3.3 Travel\nToo.": ["Section 3.2 Pay", "Section 3.3 Travel"],
    "§ 5 Urlaub\nText.\n§ 6 Abs. 2 gilt.": ["§ 5 Urlaub"],
    "CHAPTER II Leave\nARTICLE 4\nText of it.": ["CHAPTER II Leave > ARTICLE 4"],
    "### 第五條 請假\n應申請。": ["第五條 請假"],
}


@pytest.mark.parametrize(("text", "expected"), list(MARKS.items()))
def test_marks_of_several_countries(text: str, expected: list[str]) -> None:
    assert headings(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "依勞動基準法\n第三十條規定，工時八小時。",
        "依本法\n第三條 第一項規定辦理。",
        "第一章 總則 … 3\n第二章 工時 … 7",
        "as required by\nSection 3 of the Act applies",
        "the parts\nPart of it",
        "第二章 所稱之工資，謂勞工因工作而獲得之報酬。",
    ],
)
def test_reference_to_an_article_opens_none(text: str) -> None:
    assert headings(text) == [None]


def test_title_at_the_head_of_each_page_is_told_once() -> None:
    pages = [Page(1, "第一章 總則\n第一條 甲。"), Page(2, "第一章 總則\n第二條 乙。")]
    assert [c.heading for c in chunk(pages)] == ["第一章 總則 > 第一條", "第一章 總則 > 第二條"]


def test_titles_of_the_format_are_not_repeated() -> None:
    text = "## 第一章 總則\n第一條 甲。"
    assert headings(text, "手冊", "第一章 總則") == ["手冊 > 第一章 總則 > 第一條"]


def test_title_without_text_leads_what_is_below_it() -> None:
    pages = [
        Page(None, "# 甲", ("甲",)),
        Page(None, "## 乙\n文", ("甲", "乙")),
        Page(None, "# 丙", ("丙",)),
    ]
    assert [(c.heading, c.content) for c in chunk(pages)] == [
        ("甲 > 乙", "# 甲\n## 乙\n文"),
        ("丙", "# 丙"),
    ]
