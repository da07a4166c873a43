"""Step 3: pages to chunks of a size that an embedding can stand for.

A chunk is a run of whole sentences of one section. Size is counted in quarter tokens: a Chinese
or Japanese character is about one token, four Latin characters are. Consecutive chunks of a
section share their last sentences, so that a statement and its context stay findable together.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, groupby, pairwise

from processor.pages import Page
from processor.tokens import CJK

MAX_TOKENS = 400
OVERLAP_TOKENS = 50

# Follows from MAX_TOKENS, as no character counts less than a quarter token.
MAX_CHARS = 2048

_LIMIT = MAX_TOKENS * 4
_OVERLAP = OVERLAP_TOKENS * 4
_HARD_CUT_CHARS = 200
_MARKS = 8  # on one letter, at most; a longer run of marks is no writing

_WIDE = re.compile(f"[{CJK}\u3001-\u303f\uff00-\uff60]")

# Where text may be cut, best first; a weaker place is used only inside what is still too long.
# The lookbehind keeps a long run of dots from being tried anew at each of them.
_BOUNDARIES = (
    re.compile(
        r"(?:[。！？；…｡]++[」』）】》〉”’\"')\]]*+"
        r"|(?<![.!?])[.!?]++[\"')\]”’]*+(?=\s)"
        r"|\n\s*\n)\s*"
    ),
    re.compile(r"\n\s*"),
    re.compile(r"[，、：,:]\s*|\s+"),
)


@dataclass(frozen=True)
class Chunk:
    """A piece of a document; `content` is `document_text(pages)[char_start:char_end]`.

    index: position among the document's chunks, from 0. page_from, page_to: numbers of the first
    and last page, None where the format has none. heading: path of titles joined by " > ".
    tokens: estimated, as a language model would count them.
    """

    index: int
    content: str
    page_from: int | None
    page_to: int | None
    heading: str | None
    char_start: int
    char_end: int
    tokens: int

    @property
    def content_sha256(self) -> bytes:
        return sha256(self.content.encode()).digest()


@dataclass(frozen=True)
class Span:
    """Part of a text, from `start` up to `end`; `weight` in quarter tokens."""

    start: int
    end: int
    weight: int


def document_text(pages: Sequence[Page]) -> str:
    """Return the text that the offsets of chunks count in: pages, a line end between them."""
    return "\n".join(page.text for page in pages)


def chunk(pages: Sequence[Page]) -> list[Chunk]:
    """Return the chunks of a document; none if it has no text."""
    text = document_text(pages)
    starts = list(accumulate((len(page.text) + 1 for page in pages), initial=0))
    spans = (
        span
        for first, last in _sections(pages)
        for span in _packed(text, _atoms(text, starts[first], starts[last + 1] - 1))
    )

    def page_at(place: int) -> Page:
        return pages[bisect_right(starts, place) - 1]

    return [
        Chunk(
            index=index,
            content=text[span.start : span.end],
            page_from=page_at(span.start).number,
            page_to=page_at(span.end - 1).number,
            heading=" > ".join(page_at(span.start).heading) or None,
            char_start=span.start,
            char_end=span.end,
            tokens=-(-span.weight // 4),
        )
        for index, span in enumerate(spans)
    ]


def _sections(pages: Sequence[Page]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run of pages under one heading."""
    for _, run in groupby(range(len(pages)), lambda index: pages[index].heading):
        indices = list(run)
        yield indices[0], indices[-1]


def _atoms(text: str, start: int, end: int, level: int = 0) -> Iterator[Span]:
    """Yield consecutive spans that cover the text, none above the limit."""
    for piece in _cut(text, start, end, _BOUNDARIES[level]):
        if piece.weight <= _LIMIT:
            yield piece
        elif level + 1 < len(_BOUNDARIES):
            yield from _atoms(text, piece.start, piece.end, level + 1)
        else:
            yield from _hard_cut(text, piece)


def _cut(text: str, start: int, end: int, boundary: re.Pattern[str]) -> Iterator[Span]:
    for match in boundary.finditer(text, start, end):
        yield _span(text, start, match.end())
        start = match.end()
    if start < end:
        yield _span(text, start, end)


def _hard_cut(text: str, piece: Span) -> Iterator[Span]:
    inside = range(piece.start + _HARD_CUT_CHARS, piece.end, _HARD_CUT_CHARS)
    places = [piece.start, *(_before_letter(text, place) for place in inside), piece.end]
    return (_span(text, start, end) for start, end in pairwise(places))


def _before_letter(text: str, place: int) -> int:
    """Return `place`, moved back when a mark there belongs to the letter before it."""
    for moved in range(place, place - _MARKS, -1):
        if not unicodedata.category(text[moved]).startswith("M"):
            return moved
    return place


def _packed(text: str, atoms: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of as many atoms as fit, each with new text, overlapping by whole atoms."""
    window: list[Span] = []
    told = 0
    for atom in atoms:
        if window and sum(a.weight for a in window) + atom.weight > _LIMIT:
            yield from _told(text, window, told)
            told = window[-1].end
            window = _overlap(window, atom)
        window.append(atom)
    if window:
        yield from _told(text, window, told)


def _overlap(window: list[Span], following: Span) -> list[Span]:
    """Return the last atoms of `window` that the next chunk repeats."""
    room = min(_OVERLAP, _LIMIT - following.weight)
    kept: list[Span] = []
    for atom in reversed(window):
        room -= atom.weight
        if room < 0:
            break
        kept.insert(0, atom)
    return kept


def _told(text: str, window: list[Span], told: int) -> Iterator[Span]:
    """Yield the window without the white space around it, if it has text after `told`."""
    start, end = window[0].start, window[-1].end
    if text[max(start, told) : end].strip():
        content = text[start:end]
        start += len(content) - len(content.lstrip())
        end -= len(content) - len(content.rstrip())
        yield _span(text, start, end)


def _span(text: str, start: int, end: int) -> Span:
    return Span(start, end, end - start + 3 * len(_WIDE.findall(text, start, end)))
