from __future__ import annotations

import pytest

from harness.services.bedrock_runtime.text import (
    count_tokens,
    first_tokens,
    last_tokens,
    normalise,
    runs,
    sentences,
)


def test_words_and_cjk_runs_are_told_apart():
    text = normalise("ＡＷＳのLambda関数、特別休假14日 snake_case")

    assert runs(text) == ["aws", "の", "lambda", "関数", "特別休假", "14", "日", "snake", "case"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("休假", 2), ("word", 1), ("words", 2), ("a, b", 3), ("一二three", 4), (" \n\t", 0)],
)
def test_tokens_are_counted_by_script(text: str, tokens: int):
    assert count_tokens(text) == tokens


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_cutting_keeps_exactly_the_tokens_asked_for(limit: int):
    text = "Annual leave: 員工每年有十四天特別休假。"

    assert count_tokens(first_tokens(text, limit)) == limit
    assert text.startswith(first_tokens(text, limit))
    assert count_tokens(last_tokens(text, limit)) == limit
    assert text.endswith(last_tokens(text, limit))


def test_a_text_within_the_limit_is_not_cut():
    assert first_tokens("one two", 2) == "one two"
    assert last_tokens("one two", 2) == "one two"


def test_sentences_end_at_marks_of_both_scripts_and_at_lines():
    text = "第一句。「第二句。」第三句！\n- a list item\n\nVersion 1.5 is out. Next one? "

    assert sentences(text) == [
        "第一句。",
        "「第二句。」",
        "第三句！",
        "- a list item",
        "Version 1.5 is out.",
        "Next one?",
    ]
