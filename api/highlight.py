"""Where a text has the words of a query, and the part of it that has most of them (pure).

Places are counted in code points of the text as it is stored, while words are compared as the
index compares them: folded (NFKC) and in lower case. Folding makes one character of several and
several of one, so every place is led back to the characters it came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from processor.tokens import MAX_TERM_CHARS, RUN, normalise, tokenize

EXCERPT_CHARS = 240

_LEAD_CHARS = 60  # at most, before the first word of an excerpt
_TAIL_CHARS = 40  # at most, given up for an excerpt to end between two words
_SENTENCE_END = re.compile(r"[。！？；!?\n]\s*|\.\s+")
_GAP = re.compile(r"[。！？；，、!?,\s]")

Place = tuple[int, int]  # from the first code point up to the one after the last


@dataclass(frozen=True)
class Words:
    """What of a query is marked in a text.

    A Chinese or Japanese run counts by its pairs: single characters of it are in every text. A
    character that stands alone in the query is looked for alone.
    """

    whole: frozenset[str]
    pairs: frozenset[str]
    singles: frozenset[str]

    @classmethod
    def of(cls, query: str) -> Words:
        matches = [*RUN.finditer(normalise(query))]
        runs = [match[1] for match in matches if match[1]]
        return cls(
            frozenset(match[2][:MAX_TERM_CHARS] for match in matches if match[2]),
            frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1)),
            frozenset(run for run in runs if len(run) == 1),
        )

    def share_in(self, text: str) -> float:
        """Return how many of the words `text` has, 0 to 1; repetitions count once."""
        wanted = self.whole | self.pairs | self.singles
        return len(wanted.intersection(tokenize(text))) / len(wanted) if wanted else 0.0


def places(text: str, words: Words) -> list[Place]:
    """Return where `text` has the words, in order; places that touch are one."""
    folded = normalise(text)
    found = _merged(_hits(folded, words))
    if len(folded) == len(text) and all(map(_is_simple, set(text))):
        return found
    origins = _origins(text)
    starts = [*accumulate((width for width, _ in origins), initial=0)]

    def origin(place: int) -> Place:
        index = bisect_right(starts, place) - 1
        return origins[index - 1][1] if index else 0, origins[index][1]

    return _merged((origin(start)[0], origin(end - 1)[1]) for start, end in found)


def excerpt(text: str, marked: Sequence[Place], size: int = EXCERPT_CHARS) -> Place:
    """Return the place of at most `size` characters that has most of what is `marked`.

    It begins at the beginning of a sentence if one is near, and ends between two words.
    """
    if len(text) <= size:
        return 0, len(text)
    begins = dict.fromkeys(_begin(text, start) for start, _ in marked) or [0]
    pairs = [(a, b, _pairs(text[a:b].lower())) for a, b in marked]

    def richness(begin: int) -> int:
        """Count the different pairs of marked characters within."""
        return len(set().union(*(held for a, b, held in pairs if begin <= a and b <= begin + size)))

    begin = max(begins, key=lambda begin: (richness(begin), -begin))
    return begin, _end(text, marked, begin, begin + size)


def _pairs(word: str) -> set[str]:
    return {word[i : i + 2] for i in range(max(1, len(word) - 1))}


def _hits(folded: str, words: Words) -> list[Place]:
    found = [place for run in words.pairs | words.singles for place in _every(folded, run)]
    if words.whole:
        matches = (match for match in RUN.finditer(folded) if match[2])
        found += [m.span() for m in matches if m[2][:MAX_TERM_CHARS] in words.whole]
    return sorted(found)


def _every(folded: str, run: str) -> Iterator[Place]:
    place = folded.find(run)
    while place >= 0:
        yield place, place + len(run)
        place = folded.find(run, place + 1)


def _merged(found: Iterable[Place]) -> list[Place]:
    merged: list[Place] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


@lru_cache(maxsize=1 << 14)
def _is_simple(character: str) -> bool:
    """Tell whether a character is folded to one; of such, text gets shorter or keeps its places."""
    return len(normalise(character)) == 1 and not _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def _origins(text: str) -> list[Place]:
    """Return, for each part of `text` that is folded by itself, how long it gets and its end."""
    origins: list[Place] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _continues(text[begin:end], text[end]):
            origins.append((len(normalise(text[begin:end])), end))
            begin = end
    return origins


def _continues(part: str, following: str) -> bool:
    """Tell whether folding would join `following` to the part, or put it in order within it."""
    together = normalise(part + following)
    return _is_mark(following) or together != normalise(part) + normalise(following)


def _begin(text: str, start: int) -> int:
    """Return where to begin so that what starts at `start` is read with what leads to it."""
    earliest = max(0, start - _LEAD_CHARS)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, earliest, start)]
    if ends or earliest == 0:
        return ends[-1] if ends else 0
    gap = _GAP.search(text, earliest, start)
    return gap.end() if gap else start


def _end(text: str, marked: Sequence[Place], begin: int, end: int) -> int:
    if end >= len(text):
        return len(text)
    last = max((b for a, b in marked if begin <= a and b <= end), default=begin)
    gaps = [match.end() for match in _GAP.finditer(text, max(last, end - _TAIL_CHARS), end)]
    return gaps[-1] if gaps else end
