from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processor.tokens import MAX_TERM_CHARS, normalise, tokenize


def test_latin_text_becomes_words() -> None:
    assert tokenize("Annual-leave, 14 days!") == ["annual", "leave", "14", "days"]


def test_chinese_text_becomes_characters_and_pairs() -> None:
    assert tokenize("特別休假") == ["特", "別", "休", "假", "特別", "別休", "休假"]


def test_scripts_are_told_apart_without_spaces() -> None:
    assert tokenize("請用VPN連線") == ["請", "用", "請用", "vpn", "連", "線", "連線"]


def test_pairs_do_not_reach_over_punctuation() -> None:
    assert "假加" not in tokenize("休假，加班")


def test_full_width_and_half_width_forms_are_the_same_term() -> None:
    assert tokenize("ＶＰＮ１２ ｶﾅ") == tokenize("vpn12 カナ")


def test_terms_fit_into_the_index() -> None:
    assert tokenize("x" * 5000) == ["x" * MAX_TERM_CHARS]


@given(st.text())
def test_form_of_the_text_does_not_matter(text: str) -> None:
    assert tokenize(normalise(text)) == tokenize(text)


@given(st.text())
def test_terms_are_bounded_and_not_empty(text: str) -> None:
    assert all(0 < len(term) <= MAX_TERM_CHARS for term in tokenize(text))
