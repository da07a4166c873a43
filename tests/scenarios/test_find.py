from __future__ import annotations

import pytest

from scenarios.demo.find import distinctive


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [
        (
            ["第一條　總則。員工應於到職當日完成報到手續並繳交證件影本。", "附則。"],
            "員工應於到職當日完成報到手續並繳交證件影本。",
        ),
        (
            ["Leave. Employees apply two weeks ahead through the portal. Thanks"],
            "Employees apply two weeks ahead through the portal.",
        ),
        (
            ["一行\n在宅勤務を希望する従業員は所属長へ申請する\n二行"],
            "在宅勤務を希望する従業員は所属長へ申請する",
        ),
    ],
    ids=["zh", "en", "ja"],
)
def test_takes_the_most_varied_sentence(chunks, sentence):
    assert distinctive(chunks) == sentence


def test_repeated_characters_do_not_make_a_sentence_distinctive():
    assert distinctive(["----------------------------\nApply for it in writing"]) == (
        "Apply for it in writing"
    )


def test_a_text_without_sentences_has_none():
    with pytest.raises(ValueError, match="empty"):
        distinctive(["短", "句"])
