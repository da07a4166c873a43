from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.numerals import _FORMATS, numeral


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [
        ("decimal", {1: "1", 100: "100"}),
        ("decimalZero", {7: "07", 12: "12"}),
        ("lowerLetter", {1: "a", 26: "z", 27: "aa", 53: "aaa", 781: "781"}),
        ("upperLetter", {2: "B", 28: "BB"}),
        ("lowerRoman", {4: "iv", 1994: "mcmxciv"}),
        ("upperRoman", {9: "IX", 40_000: "40000"}),
        ("ordinal", {1: "1st", 2: "2nd", 11: "11th", 23: "23rd"}),
        (
            "taiwaneseCounting",
            {1: "一", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 101: "一○一"},
        ),
        ("chineseCounting", {19: "十九", 100: "一○○"}),
        (
            "taiwaneseCountingThousand",
            {
                12: "十二",
                100: "一百",
                101: "一百零一",
                110: "一百一十",
                1001: "一千零一",
                1100: "一千一百",
            },
        ),
        ("japaneseCounting", {10: "十", 100: "百", 110: "百十", 123: "百二十三", 1001: "千一"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {1: "子", 12: "亥"}),
        ("ideographZodiacTraditional", {1: "甲子", 13: "丙子", 60: "癸亥", 61: "61"}),
        ("ideographLegalTraditional", {1: "壹", 12: "拾貳", 105: "壹佰零伍"}),
        ("chineseLegalSimplified", {3: "叁", 26: "贰拾陆"}),
        ("ideographDigital", {10: "一〇", 105: "一〇五"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "㉑", 50: "㊿", 51: "51"}),
        ("decimalEnclosedParen", {3: "⑶"}),
        ("aiueo", {1: "ア", 6: "カ"}),
        ("bullet", {1: ""}),
        ("none", {1: ""}),
        ("of tomorrow", {3: "3"}),
    ],
)
def test_numbers_are_written_as_word_writes_them(
    number_format: str, expected: dict[int, str]
) -> None:
    assert {number: numeral(number, number_format) for number in expected} == expected


@given(st.integers(-5, 10**9), st.sampled_from([*_FORMATS, "decimal"]))
def test_every_number_is_written_and_briefly(number: int, number_format: str) -> None:
    assert 0 < len(numeral(number, number_format)) <= 50


@given(
    st.sampled_from(sorted(_FORMATS)),
    st.lists(st.integers(1, 9999), min_size=2, max_size=2, unique=True),
)
def test_two_numbers_are_never_written_alike(number_format: str, numbers: list[int]) -> None:
    first, second = (numeral(number, number_format) for number in numbers)
    assert first != second
