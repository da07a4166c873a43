"""Does text read like writing, or like bytes or a font whose characters could not be decoded?

A PDF without a character map for its fonts "succeeds" with letters picked from all over
Unicode, and a text read in the wrong encoding with the accents and currency signs of Latin-1.
Such text can never be found again, so it must not count as extracted.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_SAMPLE_CHARS = 4000
_ENOUGH_CHARS = 40
_MAX_BROKEN = 0.1
_MAX_JUMPS = 0.2
_MAX_CONTROLS = 0.05
_MAX_RARE = 0.3
_MAX_SYMBOLS = 0.6

# Scripts that real documents mix within a run of letters.
_MIXED = frozenset(
    {"LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"}
    | {"HANGUL", "HALFWIDTH", "FULLWIDTH", "MODIFIER", "MATHEMATICAL"}
)
_BROKEN = frozenset({"Cn", "Co", "Cs"})

# Glyph numbers taken for characters: the space is the third glyph of most fonts.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")

# What bytes of other encodings become in Windows-1252: symbols, some of which writing hardly uses.
_RARE = frozenset("¡¢¤¥¦¨¬¯´¶¸¹ºª¿¾¼×÷‚ƒ„†‡ˆ‰Š‹ŒŽ˜™š›œžŸ")
_SYMBOLS = _RARE | frozenset("§©«\xad®°±²³µ·»½")


def garbled(text: str, enough: int = _ENOUGH_CHARS) -> bool:
    """Tell whether raw extracted `text` is undecoded.

    With fewer than `enough` characters beyond ASCII it gets the benefit of the doubt.
    """
    head = text[:_SAMPLE_CHARS]
    if len(_CONTROLS.findall(head)) > max(_MAX_CONTROLS * len(head), enough / 4):
        return True
    sample = [c for c in head if c > "\x7f" and c != "\ufffe"]
    if len(sample) < enough:
        return False
    return (
        _broken_share(sample) > _MAX_BROKEN
        or _share(sample, _RARE) > _MAX_RARE
        or _share(sample, _SYMBOLS) > _MAX_SYMBOLS
        or _jump_share(head) > _MAX_JUMPS
    )


def _broken_share(characters: list[str]) -> float:
    return sum(map(_is_broken, characters)) / len(characters)


def _is_broken(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in _BROKEN


def _share(characters: list[str], known: frozenset[str]) -> float:
    return sum(character in known for character in characters) / len(characters)


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
