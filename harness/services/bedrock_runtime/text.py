"""What text is to the emulated models: words, sentences and a count of tokens (pure).

A token is an estimate that is the same everywhere: one CJK character, up to four letters or
digits, or one punctuation mark.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_IDEOGRAPH = re.compile(f"[{_CJK}]")
_RUN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_TOKEN = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]{{1,4}}|[^\\w\\s]|_")
_SENTENCE = re.compile(r".+?(?:[。！？]+[」』）]*|[.!?]+(?=\s)|$)", re.MULTILINE)


def normalise(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def runs(normalised: str) -> list[str]:
    """Return the words in order; neighbouring CJK characters form one run."""
    return _RUN.findall(normalised)


def is_cjk(run: str) -> bool:
    return _IDEOGRAPH.match(run) is not None


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of `text`, stripped, without empty ones."""
    return [found for line in _SENTENCE.findall(text) if (found := line.strip())]


def count_tokens(text: str) -> int:
    return sum(1 for _ in _TOKEN.finditer(text))


def first_tokens(text: str, limit: int) -> str:
    """Return `text` up to the end of its token number `limit`."""
    following = next(islice(_TOKEN.finditer(text), limit, None), None)
    return text[: following.start()].rstrip() if following else text


def last_tokens(text: str, limit: int) -> str:
    """Return the last `limit` tokens of `text`."""
    starts = [token.start() for token in _TOKEN.finditer(text)]
    return text[starts[-limit] :] if len(starts) > limit else text
