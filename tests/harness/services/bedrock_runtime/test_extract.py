from __future__ import annotations

import pytest

from harness.services.bedrock_runtime.extract import answer
from harness.services.bedrock_runtime.prompt import Passage, Prompt

PASSAGES = {
    "en": (
        "# Remote work\nRemote work is allowed on two days a week. Ask your manager first.",
        "Employees receive fourteen days of annual leave.",
    ),
    "zh": ("員工每週得申請居家辦公二日。申請須經主管核准。", "任職滿一年者，特別休假十四日。"),
    "ja": (
        "在宅勤務は週二日まで認められる。上司の承認が必要である。",
        "年次有給休暇は十四日とする。",
    ),
}
ANSWERED = {
    "en": ("How many days may I do remote work?", "Remote work is allowed on two days a week."),
    "zh": ("每週可以申請居家辦公幾日？", "員工每週得申請居家辦公二日。"),
    "ja": ("在宅勤務は週に何日まで認められますか。", "在宅勤務は週二日まで認められる。"),
}
UNANSWERED = {
    "en": ("Which chess opening is best?", "The given context does not answer this question."),
    "zh": ("象棋比賽冠軍是誰？", "根據提供的內容，無法回答這個問題。"),
    "ja": ("チェスの優勝者は誰ですか。", "提供された内容からは、この質問に回答できません。"),
}


def prompt(question: str, *passages: str) -> Prompt:
    return Prompt(question, tuple(map(Passage, passages)))


@pytest.mark.parametrize("language", sorted(PASSAGES))
def test_the_best_sentence_is_the_answer(language: str):
    question, expected = ANSWERED[language]

    assert answer(prompt(question, *PASSAGES[language])) == expected


@pytest.mark.parametrize("language", sorted(PASSAGES))
def test_a_question_without_a_match_is_declined_in_its_language(language: str):
    question, expected = UNANSWERED[language]

    assert answer(prompt(question, *PASSAGES[language])) == expected


def test_no_context_answers_nothing():
    assert answer(prompt("Any question?")) == UNANSWERED["en"][1]


def test_sentences_that_match_alike_are_given_in_reading_order_and_once():
    passages = ("Sick leave is paid. Parental leave is paid.", "Sick leave is paid.")

    assert answer(prompt("Is leave paid?", *passages)) == passages[0]


@pytest.mark.parametrize(
    ("language", "cited"),
    [
        ("en", "Remote work is allowed on two days a week. [7]"),
        ("zh", "員工每週得申請居家辦公二日。[7]"),
    ],
)
def test_a_sentence_of_a_numbered_passage_says_which(language: str, cited: str):
    first, second = PASSAGES[language]
    passages = (Passage(second, "3"), Passage(first, "7"))

    assert answer(Prompt(ANSWERED[language][0], passages)) == cited
