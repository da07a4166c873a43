"""What of a model's reply may be passed on: statements that say which passage they are from (pure).

A number that names no passage is removed. A reply without any that does is no answer, whatever
it says, and neither is one that says that there is none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from api import highlight
from api.models import Citation, Hit, Refusal

NO_ANSWER = "NO_ANSWER"
QUOTE_CHARS = 200

_CITATION = re.compile(r"\s*[\[【［]\s*(\d{1,3}(?:\s*[,，、;]\s*\d{1,3})*)\s*[\]】］]")
_NUMBER = re.compile(r"\d+")
_SENTENCE = re.compile(r"[^。！？!?\n]*")

# The first sentence of a reply that has no answer, should the model not keep to NO_ANSWER.
_DECLINES = re.compile(
    r"(?:內容|資料|段落|文件|資訊)[^，。]{0,12}[，,]?(?:[^，。]{0,6}無法回答|未提及|沒有提到|沒有提及|沒有說明"
    r"|不足以回答|找不到)"
    r"|^(?:很)?(?:抱歉|對不起)|^我?(?:無法|不能)回答|^我?不(?:知道|確定)"
    r"|(?:内容|資料|文書|情報)[^。]{0,20}(?:回答できません|記載(?:が|は)ありません|わかりません)"
    r"|\b(?:passages?|context|documents?|information)\b.{0,30}\b(?:do(?:es)? not|don't|doesn't)"
    r" (?:answer|contain|mention|say|specify|provide|include)"
    r"|^(?:i'm |i am )?sorry\b|^i (?:do not|don't|cannot|can't) (?:know|answer|find)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Checked:
    """answer: with valid numbers only; empty with a `refusal`."""

    answer: str
    citations: list[Citation]
    refusal: Refusal | None


def without(text: str) -> str:
    """Return `text` with what looks like a citation in round brackets instead."""
    return _CITATION.sub(lambda match: f"({match[1]})", text)


def check(reply: str, passages: Sequence[Hit]) -> Checked:
    """Return what the reply to numbered `passages` is worth."""
    text = unescape(reply).strip()  # passages were escaped, and the model quotes them
    if _declines(text):
        return Checked("", [], Refusal.DECLINED)
    statements: dict[int, str] = defaultdict(str)
    for number, statement in _cited(text):
        if 0 < number <= len(passages):
            statements[number] += statement
    if not statements:
        return Checked("", [], Refusal.UNCITED)
    cited = [_citation(n, passages[n - 1], statements[n]) for n in sorted(statements)]
    return Checked(_with_valid_numbers(text, statements), cited, None)


def _declines(text: str) -> bool:
    first = _SENTENCE.match(_CITATION.sub("", text).lstrip())
    return NO_ANSWER in text or bool(first and _DECLINES.search(first[0]))


def _cited(text: str) -> list[tuple[int, str]]:
    """Return each number in order, with the statement that it follows."""
    cited: list[tuple[int, str]] = []
    statement, told = "", 0
    for match in _CITATION.finditer(text):
        statement = text[told : match.start()].strip() or statement
        told = match.end()
        cited += [(int(number), statement) for number in _NUMBER.findall(match[1])]
    return cited


def _with_valid_numbers(text: str, valid: dict[int, str]) -> str:
    def kept(match: re.Match[str]) -> str:
        numbers = [int(number) for number in _NUMBER.findall(match[1])]
        return "".join(f"[{number}]" for number in numbers if number in valid)

    return _CITATION.sub(kept, text).strip()


def _citation(number: int, passage: Hit, statement: str) -> Citation:
    marked = highlight.places(passage.content, highlight.Words.of(statement))
    start, end = highlight.excerpt(passage.content, marked, QUOTE_CHARS)
    return Citation(
        **passage.model_dump(include=set(Citation.model_fields)),
        number=number,
        quote=passage.content[start:end].strip(),
    )
