from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processor.clean import clean, unwrap


def test_what_fonts_did_is_repaired() -> None:
    assert clean("⼈事 oﬃce ｶﾅ") == "人事 office カナ"


def test_what_the_author_wrote_stays() -> None:
    text = "第一條：員工（含約聘）！……① 10 m²"
    assert clean(text) == text


def test_invisible_characters_are_dropped() -> None:
    assert clean("a\x00b\u00adc\ufffed\u200be\ud800f") == "abcdef"


def test_line_ends_and_blank_lines_are_normal() -> None:
    assert clean("a \r\nb\r\r\r\n\n\nc\x0cd") == "a\nb\n\nc\nd"


def test_dot_leaders_are_shortened() -> None:
    assert clean("第一章 . . . . . . . . . 3") == "第一章 … 3"


def test_lines_broken_by_the_layout_are_joined() -> None:
    assert (
        unwrap("員工請假應事先提出申請並經主\n管核准。\n附則")
        == "員工請假應事先提出申請並經主管核准。\n附則"
    )


def test_sentence_that_ends_with_the_line_stays_alone() -> None:
    text = "員工請假應事先提出申請經核准。\n第二條 加班應經主管事前核准"
    assert unwrap(text) == text


def test_short_lines_and_latin_lines_are_kept() -> None:
    text = "總則\n本規則適用於全體員工\nThe rules of this company apply to all\nwithout exception"
    assert unwrap(text) == text


def test_long_runs_take_linear_time() -> None:
    clean(" " * 200_000 + "x")
    clean("." * 200_000)
    unwrap("假\n" * 100_000)


def test_nothing_to_join() -> None:
    assert unwrap("") == ""


@given(st.text())
def test_clean_text_can_be_stored_as_utf8(text: str) -> None:
    assert "\x00" not in clean(text).encode().decode()


@given(st.text(alphabet="假a\n。 "))
def test_joining_changes_nothing_but_line_ends(text: str) -> None:
    assert unwrap(text).replace("\n", "") == text.replace("\n", "")
