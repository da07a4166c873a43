from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.highlight import EXCERPT_CHARS, Words, _origins, excerpt, places
from processor.tokens import normalise, tokenize

# What folding joins, splits, widens or puts in another order.
ODD = "aA1 ﬁ㈱ＡｂΣİßｶﾞｱﾞが각각ộ́́̈ﾟ½㎞特別休假，。"
TEXTS = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])))


def marked(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in places(text, Words.of(query))]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("員工服務滿一年者，特別休假七日。", "特別休假有幾日？", ["特別休假"]),
        ("特別的日子休假。特別。", "特別休假", ["特別", "休假", "特別"]),
        ("請假一日，假日除外。", "假", ["假", "假"]),
        ("Remote work. Working remotely, REMOTE!", "remote work", ["Remote", "work", "REMOTE"]),
        ("勞基法第38條 Article 38", "article 38", ["38", "Article", "38"]),
        ("有薪の休暇を取得する", "休暇の取得", ["休暇", "取得"]),
        ("沒有這些字", "特別休假", []),
        ("任何文字", "？！", []),
    ],
)
def test_words_are_marked(text: str, query: str, expected: list[str]) -> None:
    assert marked(text, query) == expected


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("ＡＢＣ　ｶﾞｲﾄﾞを読む", "abc ガイド", ["ＡＢＣ", "ｶﾞｲﾄﾞ"]),
        ("the oﬃce hours", "office", ["oﬃce"]),
        ("㈱の規程", "株", ["㈱"]),
        ("cafe\u0301 noir", "café", ["cafe\u0301"]),
        ("…İstanbul ΟΔΟΣ…", "i̇stanbul οδος", ["İstanbul", "ΟΔΟΣ"]),
        ("𠮷野家の𠮷", "𠮷野", ["𠮷野"]),
    ],
)
def test_places_are_those_of_the_text_as_it_is(text: str, query: str, expected: list[str]) -> None:
    assert marked(text, query) == expected


@given(TEXTS)
@example("ア\uff9e\u0301")
@example("b\u0301\u0323")
def test_parts_fold_to_what_the_whole_folds_to(text: str) -> None:
    parts = _origins(text)
    assert sum(width for width, _ in parts) == len(normalise(text))
    assert [end for _, end in parts] == sorted({end for _, end in parts})
    assert (parts[-1][1] if parts else 0) == len(text)


@given(TEXTS, TEXTS)
def test_what_is_marked_has_a_term_of_the_query(text: str, query: str) -> None:
    terms = set(tokenize(query))
    found = places(text, Words.of(query))
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(a[1] < b[0] for a, b in pairwise(found))
    if unicodedata.is_normalized("NFKC", text):
        assert all(terms & set(tokenize(text[start:end])) for start, end in found)


def test_a_short_text_is_its_own_excerpt() -> None:
    assert excerpt("特別休假七日。", []) == (0, 7)


def test_the_excerpt_has_most_of_the_query_and_whole_sentences() -> None:
    wanted = "特別休假應於事前申請。"
    text = "其他事項另定之。" * 40 + wanted + "餘依公告辦理。" * 40 + "申請" * 30
    start, end = excerpt(text, places(text, Words.of("特別休假怎麼申請？")))
    assert text[start:end].startswith(wanted)
    assert text[start:end].endswith("。")
    assert len(text[start:end]) <= EXCERPT_CHARS


def test_words_are_not_cut() -> None:
    text = " ".join(["lorem"] * 100 + ["needle"] + ["ipsum"] * 100)
    start, end = excerpt(text, places(text, Words.of("needle")))
    assert set(text[start:end].split()) == {"lorem", "needle", "ipsum"}


@given(TEXTS, st.text("ab 特別。", max_size=20), st.integers(5, 30))
def test_an_excerpt_is_part_of_the_text_and_no_longer_than_asked(
    text: str, query: str, size: int
) -> None:
    start, end = excerpt(text, places(text, Words.of(query)), size)
    assert 0 <= start <= end <= len(text)
    assert min(1, len(text)) <= end - start <= size
