"""Does text read like writing, or like a font whose characters could not be decoded?

A PDF without a character map for its fonts "succeeds" with letters picked from all over
Unicode. Such text can never be found again, so it must not count as extracted.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

_SAMPLE_CHARS = 4000
_ENOUGH_CHARS = 40
_MAX_BROKEN = 0.1
_MAX_JUMPS = 0.2

# Scripts that real documents mix within a run of letters.
_MIXED = frozenset(
    {"LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"}
    | {"HANGUL", "HALFWIDTH", "FULLWIDTH", "MODIFIER", "MATHEMATICAL"}
)
_BROKEN = frozenset({"Cn", "Co", "Cs"})


def garbled(text: str) -> bool:
    """Tell whether raw extracted `text` is undecoded; short texts get the benefit of the doubt."""
    sample = [c for c in text[:_SAMPLE_CHARS] if c > "\x7f" and c != "\ufffe"]
    if len(sample) < _ENOUGH_CHARS:
        return False
    return _broken_share(sample) > _MAX_BROKEN or _jump_share(text[:_SAMPLE_CHARS]) > _MAX_JUMPS


def _broken_share(characters: list[str]) -> float:
    return sum(map(_is_broken, characters)) / len(characters)


def _is_broken(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in _BROKEN


def _jump_share(text: str) -> float:
    """Return how often neighbouring letters belong to scripts that do not mix."""
    pairs = [(_script(a), _script(b)) for a, b in pairwise(text) if a > "\x7f" or b > "\x7f"]
    letters = [(a, b) for a, b in pairs if a and b]
    return sum(a != b for a, b in letters) / max(len(letters), 1)


@lru_cache(maxsize=8192)
def _script(character: str) -> str:
    """Return the script of a letter, one name for all that mix, "" for what is no letter."""
    if not character.isalpha():
        return ""
    script = unicodedata.name(character, "UNASSIGNED").partition(" ")[0]
    return "MIXED" if script in _MIXED else script
