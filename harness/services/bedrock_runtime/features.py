"""The lexical features of a text (pure).

`terms` are what a text is about: Latin words, CJK characters and pairs of characters, without stop
words and particles. `hashes` adds the 3- and 4-grams of Latin words, so that inflections stay
close, and turns each into 32 bits that are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from operator import add
from zlib import crc32

from harness.services.bedrock_runtime.text import is_cjk, normalise, runs

_STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before but by can could did
    do does for from had has have he her him his how i if in into is it its may me more most my no
    not of on or our out over shall she should so some such than that the their them then there
    these they this those to under up was we were what when where which who why will with would
    you your""".split()  # noqa: SIM905 - a list of eighty quoted words reads worse
)
_STOP_CHARACTERS = frozenset(
    "的了是在和與及或之也就都而於以為被把其此該等不嗎呢吧啊我你您他她它們這那有"
)
_GRAM_LENGTHS = (3, 4)
_STEM_LENGTH = 6


def content_terms(text: str) -> set[str]:
    """Return the pairs of CJK characters and the first six letters of the words of `text`."""
    return set(chain.from_iterable(map(_content, runs(normalise(text)))))


def hashes(text: str) -> list[int]:
    """Return the hashed features in order, repeated as often as they occur; never empty.

    A text without any (a row of dashes, only stop words) has itself as its single feature.
    """
    normalised = normalise(text)
    found = list(chain.from_iterable(map(_hashes_of_run, runs(normalised))))
    return found or [_hash(normalised)]


def _content(run: str) -> Iterator[str]:
    if not is_cjk(run):
        return iter(() if run in _STOP_WORDS else (run[:_STEM_LENGTH],))
    return (pair for pair in _pairs(run) if not all(map(_is_function_character, pair)))


def _hashes_of_run(run: str) -> tuple[int, ...]:
    return _hashes_of_cjk(run) if is_cjk(run) else _hashes_of_word(run)


def _hashes_of_cjk(run: str) -> tuple[int, ...]:
    characters = (_hash(character) for character in run if not _is_function_character(character))
    return (*characters, *map(_hash, _pairs(run)))


def _pairs(run: str) -> Iterator[str]:
    return map(add, run, run[1:])


def _is_function_character(character: str) -> bool:
    is_hiragana = "\u3040" <= character <= "\u309f"
    return is_hiragana or character in _STOP_CHARACTERS


@lru_cache(maxsize=1 << 16)
def _hashes_of_word(word: str) -> tuple[int, ...]:
    if word in _STOP_WORDS:
        return ()
    if len(word) < min(_GRAM_LENGTHS):
        return (_hash(word),)
    marked = f"<{word}>"
    grams = (marked[i : i + n] for n in _GRAM_LENGTHS for i in range(len(marked) - n + 1))
    return (_hash(word), *map(_hash, grams))


@lru_cache(maxsize=1 << 17)
def _hash(feature: str) -> int:
    return crc32(feature.encode())
