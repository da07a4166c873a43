"""Text to search terms. Index and query must agree, so both sides use this module.

Latin text is cut into words; Chinese, Japanese and Korean have no spaces to cut at, so every
character and every pair of neighbours becomes a term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# The index stores terms in a btree, whose rows are limited to a third of a page.
MAX_TERM_CHARS = 64

# Kana, ideographs and Hangul, as the inside of a character class.
CJK = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)

# What terms are cut from: a run without spaces (group 1) or a word (group 2).
RUN = re.compile(rf"([{CJK}]+)|([^\W_{CJK}]+)")


def normalise(text: str) -> str:
    """Return `text` with compatibility forms folded (NFKC) and in lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def tokenize(text: str) -> list[str]:
    """Return the terms of `text` in order, repetitions kept."""
    return list(_terms(normalise(text)))


def _terms(text: str) -> Iterator[str]:
    for match in RUN.finditer(text):
        run = match[1]
        if run is None:
            yield match[2][:MAX_TERM_CHARS]
        else:
            yield from run
            yield from (run[i : i + 2] for i in range(len(run) - 1))
