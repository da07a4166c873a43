"""Repair of extracted text: what fonts and layout did to it, not what the author wrote."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, pairwise

# NFKC undoes ligatures, radicals used as characters and half-width kana. What a reader would
# see changed (，！ to ,! or ① to 1 or ² to 2) stays as written; search folds it in tokens.py.
_FOLDED = re.compile(
    "[^\u00b2\u00b3\u00b9\u00bc-\u00be\u2026\u2070-\u209f\u2122\u2150-\u218f\u2460-\u24ff"
    "\u3200-\u33ff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff64]+"
)

# Controls, soft hyphens, zero-width marks, surrogates and U+FFFE, which pdfium writes where it
# joined a hyphenated word. PostgreSQL refuses NUL; UTF-8 refuses surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LEADERS = re.compile(r"(?:[.·…][ \t]?){6,}")
_BLANK_LINES = re.compile(r"\n{3,}")

_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff"
_IS_WIDE = re.compile(f"[{_WIDE}]")

# A line that reaches this share of the usual width was broken by the layout, not the author.
_FULL_LINE = 0.8
_ENDS = "。！？；："


def clean(text: str) -> str:
    """Return `text` with repaired letters, without invisible characters and dot leaders."""
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    text = _FOLDED.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    text = _LEADERS.sub("… ", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def unwrap(text: str) -> str:
    """Join the lines that a layout broke inside Chinese or Japanese text, which has no spaces."""
    lines = text.splitlines()
    full = _usual_width(lines) * _FULL_LINE
    between = ("" if _wrapped(line, after, full) else "\n" for line, after in pairwise(lines))
    return "".join(chain.from_iterable(zip(lines, [*between, ""], strict=False)))


def _wrapped(line: str, after: str, full: float) -> bool:
    return (
        _ends_inside_sentence(line) and _IS_WIDE.match(after) is not None and _width(line) >= full
    )


def _ends_inside_sentence(line: str) -> bool:
    return _IS_WIDE.match(line[-1:]) is not None and line[-1] not in _ENDS


def _usual_width(lines: list[str]) -> int:
    widths = sorted(_width(line) for line in lines if line)
    return widths[int(0.9 * len(widths))] if widths else 0


def _width(line: str) -> int:
    return len(line) + len(_IS_WIDE.findall(line))
