"""Where the question and the context are in a prompt (pure).

The question is what a `<question>` tag or a `Question:` line says, else the last paragraph of the
last user text. The context is the documents and whatever stands in tags such as `<context>`; a
prompt without either has the rest of the user's text, and lastly the system prompt, as context.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TAGGED_QUESTION = re.compile(r"<(question|query)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_LABELLED_QUESTION = re.compile(
    r"^[ \t#*]*(?:user )?(?:question|query|問題|提問|使用者問題|質問)[*]*\s*[:：][*]*\s*(.+?)"
    r"(?=\n\s*\n|\n[^\n]{1,20}[:：]\s*$|\Z)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_CONTEXT = re.compile(
    r"<(context|documents?|passages?|sources?|excerpts?|search_results?)\b[^>]*>(.*?)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z_][^<>]*>")


@dataclass(frozen=True, slots=True)
class Prompt:
    question: str
    passages: tuple[str, ...]


def read(*, system: Sequence[str], user: Sequence[str], documents: Sequence[str]) -> Prompt:
    """Return what is asked and what it may be answered from.

    user: the texts of all user messages in order; documents: the texts of document blocks.
    """
    question, rest = _split(user[-1]) if user else ("", "")
    tagged = [match.group(2) for text in (*system, *user) for match in _CONTEXT.finditer(text)]
    passages = [*documents, *tagged] or _non_blank([*user[:-1], rest]) or _non_blank(system)
    return Prompt(question, tuple(_TAG.sub("\n", passage) for passage in passages))


def _split(text: str) -> tuple[str, str]:
    """Return the question of a user text and the rest of it."""
    marked = [*_TAGGED_QUESTION.finditer(text)] or [*_LABELLED_QUESTION.finditer(text)]
    if marked:
        last = marked[-1]
        question = last.group(last.lastindex or 0)
        return question.strip(), text[: last.start()] + text[last.end() :]
    rest, _, paragraph = text.rstrip().rpartition("\n\n")
    if _CONTEXT.search(paragraph):
        paragraph = _CONTEXT.sub("", paragraph)
    return paragraph.strip(), rest


def _non_blank(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text.strip()]
