"""Where the question and the context are in a prompt (pure).

The question is what a `<question>` tag or a `Question:` line says, else the last paragraph of the
last user text. The context is the documents and whatever stands in tags such as `<context>`; a
prompt without either has the rest of the user's text, and lastly the system prompt, as context.

Passages may be numbered, in either of the usual ways: by an attribute of their tag, such as
`<document index="1">` (or `id`, `n`, `no`, `number`), or by `[1]` at the beginning of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
_NUMBERED_TAG = re.compile(
    r"<(\w+)\b[^<>]*?\s(?:index|id|no|n|number)\s*=\s*[\"']?(?P<number>\d{1,4})\b[^<>]*>"
    r"(?P<text>.*?)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_NUMBERED_LINE = re.compile(
    r"^[ \t]*\[(?P<number>\d{1,4})\][ \t:：]*(?P<text>.*?)(?=^[ \t]*\[\d{1,4}\]|\Z)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """number: what the prompt calls the passage; empty when it numbers none."""

    text: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    question: str
    passages: tuple[Passage, ...]


def read(*, system: Sequence[str], user: Sequence[str], documents: Sequence[str]) -> Prompt:
    """Return what is asked and what it may be answered from.

    user: the texts of all user messages in order; documents: the texts of document blocks.
    """
    question, rest = _split(user[-1]) if user else ("", "")
    tagged = [match.group(0) for text in (*system, *user) for match in _CONTEXT.finditer(text)]
    contexts = [*documents, *tagged] or _non_blank([*user[:-1], rest]) or _non_blank(system)
    parts = (part for context in contexts for part in _parts(context))
    return Prompt(question, tuple(part for part in parts if part.text.strip()))


def _parts(context: str) -> Iterator[Passage]:
    """Yield the numbered passages of a context and what stands between them."""
    numbering = _NUMBERED_TAG if _NUMBERED_TAG.search(context) else _NUMBERED_LINE
    told = 0
    for match in numbering.finditer(context):
        yield Passage(_TAG.sub("\n", context[told : match.start()]))
        yield Passage(_TAG.sub("\n", match["text"]), match["number"])
        told = match.end()
    yield Passage(_TAG.sub("\n", context[told:]))


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
