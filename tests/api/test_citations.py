from __future__ import annotations

from uuid import UUID

import pytest

from api.citations import check, without
from api.models import Excerpt, Hit, Refusal

RULE = "第三十八條\n勞工滿一年者，特別休假七日。\n雇主應公告之。"


def hit(content: str = RULE, index: int = 0) -> Hit:
    return Hit(
        document_id=UUID(int=1),
        file_name="勞基法.txt",
        chunk_index=index,
        content=content,
        score=1.0,
        page_from=2,
        page_to=3,
        heading="第四章",
        highlights=[],
        excerpt=Excerpt(text=content, start=0, end=len(content)),
    )


PASSAGES = [hit(), hit("加班費另計。", 1), hit("Leave is <fourteen> days & nights.", 2)]


@pytest.mark.parametrize(
    ("reply", "answer", "numbers"),
    [
        ("特別休假七日。[1]", "特別休假七日。[1]", [1]),
        ("七日 [1][2]。", "七日[1][2]。", [1, 2]),
        ("七日[1, 3]，另計【2】。", "七日[1][3]，另計[2]。", [1, 2, 3]),
        ("七日［1］。", "七日[1]。", [1]),
        ("七日[1]。十日[4]。[0][99]", "七日[1]。十日。", [1]),
        ("七日[1,4]", "七日[1]", [1]),
        ("It is &lt;fourteen&gt; days. [3]", "It is <fourteen> days.[3]", [3]),
        ("條文[第一項]規定七日[1]", "條文[第一項]規定七日[1]", [1]),
    ],
)
def test_valid_numbers_stay_and_others_go(reply: str, answer: str, numbers: list[int]) -> None:
    checked = check(reply, PASSAGES)
    assert (checked.answer, checked.refusal) == (answer, None)
    assert [citation.number for citation in checked.citations] == numbers


@pytest.mark.parametrize("reply", ["七日。", "七日。[4]", "", "[九]", "七日[1]"[:3], "[1"])
def test_a_reply_without_a_valid_citation_is_none(reply: str) -> None:
    checked = check(reply, PASSAGES)
    assert (checked.answer, checked.citations, checked.refusal) == ("", [], Refusal.UNCITED)


@pytest.mark.parametrize(
    "reply",
    [
        "NO_ANSWER",
        "NO_ANSWER [1]",
        "根據提供的內容，無法回答這個問題。",
        "提供的段落[1][2]沒有提到員工旅遊的補助。",
        "根據文件內容，未提及此事。[1]",
        "很抱歉，我無法回答。[1]",
        "我不知道。[2]",
        "提供された内容からは、この質問に回答できません。[1]",
        "The given context does not answer this question. [1]",
        "The passages [1] don't mention parking.",
        "I cannot find that. [1]",
        "Sorry, that is unknown [1].",
    ],
)
def test_a_model_that_does_not_know_has_declined(reply: str) -> None:
    checked = check(reply, PASSAGES)
    assert (checked.answer, checked.citations, checked.refusal) == ("", [], Refusal.DECLINED)


@pytest.mark.parametrize(
    "reply",
    [
        "雇主不得拒絕勞工請假。[1]",
        "員工無法親自辦理時，得委託他人。[1]",
        "The application does not need a signature. [1]",
        "找不到代理人者，不得休假。[1]",
    ],
)
def test_an_answer_may_say_no(reply: str) -> None:
    assert check(reply, PASSAGES).refusal is None


def test_a_citation_quotes_the_passage_word_for_word() -> None:
    long = "其他事項另定之。" * 60 + RULE + "餘依公告。" * 60
    [citation] = check("特別休假為七日。[1]", [hit(long, 7)]).citations
    assert "特別休假七日" in citation.quote
    assert citation.quote in long
    assert len(citation.quote) <= 200
    told = citation.model_dump(exclude={"quote", "document_id"})
    assert told == {
        "number": 1,
        "file_name": "勞基法.txt",
        "chunk_index": 7,
        "page_from": 2,
        "page_to": 3,
        "heading": "第四章",
    }


def test_what_a_document_numbers_is_no_citation() -> None:
    assert without("見註[1]及【2, 3】，[註]。") == "見註(1)及(2, 3)，[註]。"
