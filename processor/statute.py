"""Where the articles of a statute, a contract or work rules begin, and under which titles.

Such texts are cited by article, so an article is the unit that a chunk must not reach beyond.
Recognised at the begin of a line: 第…編／章／節／條 in Chinese and Japanese numerals or digits,
Part, Title, Chapter, Article, Section and § in Latin text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMERAL = "[0-9０-９一二三四五六七八九十百千〇零○]+"
_MAX_TITLE_CHARS = 60

_LEVELS = {"編": 1, "篇": 1, "章": 2, "節": 3, "节": 3, "條": 5, "条": 5}
_LATIN_LEVELS = {"part": 1, "title": 1, "chapter": 2, "article": 5, "art.": 5}
_SECTION_LEVEL = 6  # Section, Sec. and §: below an article where there are articles

# A mark is followed by its title or text; in the middle of a sentence it is a reference to an
# article, and a line of a table of contents ends with a page number.
_MARK = re.compile(
    rf"""
    ^(?:（[^（）\n]{{1,30}}）\n)?                     # a Japanese article is preceded by its title
    [ \t\u3000]*+(?:\#{{1,6}}[ ]|\*\*)?
    (?:
        (?P<eastern>第[ ]?{_NUMERAL}(?:-[0-9]+)?[ ]?(?P<unit>[編篇章節节條条])
            (?:[ ]?[之の][ ]?{_NUMERAL})*+)
        (?=[\s（(：:【\[*]|\Z)(?![ \u3000]*第[ ]?{_NUMERAL}[ ]?[項项款目])
      |
        (?P<latin>(?P<word>Part|PART|Title|TITLE|Chapter|CHAPTER|Article|ARTICLE|Art\.|Section|SECTION|Sec\.|§§?)
            [ \u00a0]?(?:[0-9]+(?:[.-][0-9]+)*+[a-zA-Z]?|[IVXLC]+)\b)
        (?=[.:)]?[ ]*(?:$|[*A-ZÄÖÜ("“\[–—-]|\.[ ]))(?![ ]*(?:Abs|Satz|Nr)\b)
    )
    (?P<rest>[^\n]*+)
    """,
    re.VERBOSE | re.MULTILINE,
)
_CONTENTS_LINE = re.compile(r"…\s*[0-9]+\s*$")
_SENTENCE = re.compile(r"[。；，！？]|[.;,]$")
_DECORATION = " \t\u3000*#.:：–—-"


@dataclass(frozen=True)
class Section:
    """Part of a text under one path of titles, from `start` up to `end`."""

    start: int
    end: int
    heading: tuple[str, ...]


def sections(text: str, start: int, end: int, above: tuple[str, ...]) -> Iterator[Section]:
    """Yield the sections of a part of `text` that has the titles `above`; they cover it."""
    path: list[tuple[int, str]] = []
    heading = above
    for match in _MARK.finditer(text, start, end):
        mark = _mark(match)
        if mark is None or mark in path:  # a title at the head of each page is told once
            continue
        if match.start() > start:
            yield Section(start, match.start(), heading)
            start = match.start()
        path = [*(outer for outer in path if outer[0] < mark[0]), mark]
        heading = above + tuple(title for _, title in path if title not in above)
    if start < end:
        yield Section(start, end, heading)


def _mark(match: re.Match[str]) -> tuple[int, str] | None:
    """Return level and title of a line that opens a section, None if it does not."""
    if _CONTENTS_LINE.search(match["rest"]):
        return None
    label = match["eastern"] or " ".join(match["latin"].split())
    title = _title(match["rest"])
    if match["unit"]:
        label = label.replace(" ", "")
        if _LEVELS[match["unit"]] < _LEVELS["條"] and title is None:
            return None  # a sentence about a chapter
    return _level(match), f"{label} {title or ''}".strip()


def _level(match: re.Match[str]) -> int:
    if match["unit"]:
        return _LEVELS[match["unit"]]
    return _LATIN_LEVELS.get(match["word"].lower(), _SECTION_LEVEL)


def _title(rest: str) -> str | None:
    """Return the title that follows a mark, "" if there is none, None if it is a text instead."""
    words = " ".join(rest.strip(_DECORATION).split())
    return None if len(words) > _MAX_TITLE_CHARS or _SENTENCE.search(words) else words
