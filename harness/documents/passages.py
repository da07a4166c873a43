"""Search results for reading: the part of a passage that matters, its words marked."""

from __future__ import annotations

import re

from rich.text import Text

_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def terms(query: str) -> list[str]:
    """Return what to look for: words, and pairs of characters where words have no gaps."""
    found: list[str] = []
    for word in _WORDS.findall(query):
        paired = len(word) > 2 and _CJK.match(word)
        found += [word[i : i + 2] for i in range(len(word) - 1)] if paired else [word]
    return list(dict.fromkeys(found))


def excerpt(content: str, query: str, width: int) -> str:
    """Return at most `width` characters of the content on one line, around the first term."""
    text = " ".join(content.split())
    places = [text.lower().find(term.lower()) for term in terms(query)]
    first = min((place for place in places if place >= 0), default=0)
    start = max(0, min(first - width // 4, len(text) - width))
    end = start + width
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def marked(text: str, query: str) -> Text:
    """Return the text with the query's terms in bold."""
    result = Text(text)
    result.highlight_words(terms(query), style="bold yellow", case_sensitive=False)
    return result
