"""Step 3: pages to chunks of a size that an embedding can stand for.

A chunk is a run of whole sentences of one section: what stands under one heading, and in statutes
one article. Consecutive chunks of a section share their last sentences, so that a statement and its
context stay findable together.

Size is counted in eighths of a token, estimated from the length in UTF-8, which is quick and comes
close: an ASCII character counts 2, one of two bytes 5, a Chinese, Japanese or Korean one 8, and an
emoji 11.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate, groupby, pairwise

from processor import statute
from processor.pages import Page
from processor.statute import Section

MAX_TOKENS = 400
OVERLAP_TOKENS = 50

# Follows from MAX_TOKENS, as no character counts less than a quarter token.
MAX_CHARS = 2048

_LIMIT = MAX_TOKENS * 8
_OVERLAP = OVERLAP_TOKENS * 8
_HARD_CUT_CHARS = 200
_MARKS = 16  # on one letter, at most; a longer run of marks is no writing
_MAX_TITLE_CHARS = 80

_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")

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
    """Part of a text, from `start` up to `end`; `weight` in eighths of a token."""

    start: int
    end: int
    weight: int


def document_text(pages: Sequence[Page]) -> str:
    """Return the text that the offsets of chunks count in: pages, a line end between them."""
    return "\n".join(page.text for page in pages)


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a language model counts in `text`."""
    return _tokens(_span(text, 0, len(text)))


def chunk(pages: Sequence[Page]) -> list[Chunk]:
    """Return the chunks of a document; none if it has no text."""
    text = document_text(pages)
    starts = list(accumulate((len(page.text) + 1 for page in pages), initial=0))
    spans = [
        (span, section)
        for section in _led_by_titles(text, _sections(text, pages, starts))
        for span in _packed(text, _atoms(text, section.start, section.end))
    ]

    def page_at(place: int) -> Page:
        return pages[bisect_right(starts, place) - 1]

    return [
        Chunk(
            index=index,
            content=text[span.start : span.end],
            page_from=page_at(span.start).number,
            page_to=page_at(span.end - 1).number,
            heading=" > ".join(section.heading) or None,
            char_start=span.start,
            char_end=span.end,
            tokens=_tokens(span),
        )
        for index, (span, section) in enumerate(spans)
    ]


def _sections(text: str, pages: Sequence[Page], starts: Sequence[int]) -> Iterator[Section]:
    """Yield each run of pages under one heading, cut at the articles within."""
    for heading, run in groupby(range(len(pages)), lambda index: pages[index].heading):
        indices = list(run)
        yield from statute.sections(text, starts[indices[0]], starts[indices[-1] + 1] - 1, heading)


def _led_by_titles(text: str, sections: Iterable[Section]) -> Iterator[Section]:
    """Yield the sections, one that is only a title as the beginning of what it is the title of."""
    waiting: Section | None = None
    for section in sections:
        if waiting is not None:
            if _is_below(section, waiting):
                section = replace(section, start=waiting.start)  # noqa: PLW2901 - as it goes on
            else:
                yield waiting
        waiting = None
        if _is_title(text, section):
            waiting = section
        else:
            yield section
    if waiting is not None:
        yield waiting


def _is_below(section: Section, title: Section) -> bool:
    depth = len(title.heading)
    return len(section.heading) > depth and section.heading[:depth] == title.heading


def _is_title(text: str, section: Section) -> bool:
    if not section.heading or section.end - section.start > _MAX_TITLE_CHARS:
        return False
    lines = text[section.start : section.end].split("\n")
    return all(not line.strip() or _is_told(line, section.heading) for line in lines)


def _is_told(line: str, heading: tuple[str, ...]) -> bool:
    words = "".join(line.split()).strip("#*")
    return any("".join(title.split()) == words for title in heading)


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
    """Return `place`, moved back to the start of the letter or emoji it is within."""
    for moved in range(place, place - _MARKS, -1):
        if not _continues(text[moved - 1], text[moved]):
            return moved
    return place


def _continues(before: str, after: str) -> bool:
    return (
        unicodedata.category(after).startswith("M")
        or _JOINER in (before, after)
        or _SKIN_TONES[0] <= after <= _SKIN_TONES[1]
    )


def _packed(text: str, atoms: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of as many atoms as fit, each with new text, overlapping by whole atoms."""
    window: list[Span] = []
    weight = told = 0
    for atom in atoms:
        if window and weight + atom.weight > _LIMIT:
            yield from _told(text, window, told)
            told = window[-1].end
            window = _overlap(window, atom)
            weight = sum(kept.weight for kept in window)
        window.append(atom)
        weight += atom.weight
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
    characters = end - start
    size = len(text[start:end].encode("utf-8", "surrogatepass"))
    return Span(start, end, 2 * characters + 3 * (size - characters))


def _tokens(span: Span) -> int:
    return -(-span.weight // 8)
