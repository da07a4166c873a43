"""An answer made of the sentences of the context that match the question best (pure)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from harness.services.bedrock_runtime.features import content_terms
from harness.services.bedrock_runtime.prompt import Prompt
from harness.services.bedrock_runtime.text import is_cjk, runs, sentences

# Shares of the question's weight, tried on the articles and questions of the labour-law corpus.
_ENOUGH = 0.2
_NEARLY_AS_GOOD = 0.75
_MOST_SENTENCES = 3

_HEADING = re.compile(r"#{1,6}\s")
_KANA = re.compile("[\u3040-\u30ff]")
_CANNOT_ANSWER = {
    "zh": "根據提供的內容，無法回答這個問題。",
    "ja": "提供された内容からは、この質問に回答できません。",
    "en": "The given context does not answer this question.",
}


def answer(prompt: Prompt) -> str:
    """Return at most three sentences of the context, or a sentence that it cannot be answered.

    A sentence of a numbered passage is followed by the passage's number: `[1]`.
    """
    candidates = [
        (sentence, passage.number)
        for passage in prompt.passages
        for sentence in sentences(passage.text)
        if not _HEADING.match(sentence)
    ]
    chosen = _best(_scores(prompt.question, [sentence for sentence, _ in candidates]))
    language = _language(prompt.question)
    if not chosen:
        return _CANNOT_ANSWER[language]
    separator = "" if language in ("zh", "ja") else " "
    numbers: dict[str, str] = {}
    for place in chosen:
        numbers.setdefault(*candidates[place])
    return separator.join(
        f"{sentence}{separator}[{number}]" if number else sentence
        for sentence, number in numbers.items()
    )


def _scores(question: str, candidates: Sequence[str]) -> list[float]:
    """Return for each candidate the share of the question's weight it covers, 0 to 1.

    A term weighs the more the fewer candidates hold it.
    """
    asked = content_terms(question)
    terms = [content_terms(candidate) & asked for candidate in candidates]
    found = Counter(term for held in terms for term in held)
    weights = {term: math.log(1 + len(candidates) / (1 + found[term])) for term in asked}
    total = sum(weights.values()) or 1.0
    return [sum(weights[term] for term in held) / total for held in terms]


def _best(scores: Sequence[float]) -> list[int]:
    """Return the places of the best candidates in reading order, none when none is good enough."""
    ranking = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    if not ranking or scores[ranking[0]] < _ENOUGH:
        return []
    least = scores[ranking[0]] * _NEARLY_AS_GOOD
    return sorted(place for place in ranking[:_MOST_SENTENCES] if scores[place] >= least)


def _language(text: str) -> str:
    if _KANA.search(text):
        return "ja"
    return "zh" if any(map(is_cjk, runs(text))) else "en"
