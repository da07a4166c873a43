from __future__ import annotations

import pytest

from harness.documents.passages import excerpt, marked, terms


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("annual leave", ["annual", "leave"]),
        ("特別休假", ["特別", "別休", "休假"]),
        ("休假 天數", ["休假", "天數"]),
        ("AI輔助", ["AI", "輔助"]),
        (
            "有給休暇はカレンダー",
            ["有給", "給休", "休暇", "暇は", "はカ", "カレ", "レン", "ンダ", "ダー"],
        ),
        ("leave, leave!", ["leave"]),
        ("…", []),
    ],
)
def test_terms_are_words_or_pairs_of_characters(query, found):
    assert terms(query) == found


def test_a_short_text_is_shown_whole_on_one_line():
    assert excerpt("a\n b\tc", "b", 10) == "a b c"


@pytest.mark.parametrize("place", [0, 1, 50, 94, 95])
def test_the_excerpt_has_the_term_in_it_and_is_not_wider_than_asked(place):
    content = "x" * place + "LEAVE" + "y" * (95 - place)
    shown = excerpt(content, "leave", 20)
    assert "LEAVE" in shown
    assert len(shown.strip("…")) == 20
    assert shown.startswith("…") is not content.startswith(shown.strip("…"))
    assert shown.endswith("…") is not content.endswith(shown.strip("…"))


def test_without_the_term_the_excerpt_is_the_beginning():
    assert excerpt("abcdefgh", "z", 3) == "abc…"


def test_terms_are_marked_whatever_their_case():
    text = marked("Leave is a leave", "LEAVE")
    assert [(span.start, span.end) for span in text.spans] == [(0, 5), (11, 16)]
