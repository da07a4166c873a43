"""A sentence of a document that is worth searching for."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENDS = re.compile(r"(?<=[。！？])|(?<=[.!?])\s|\n")
SHORTEST, LONGEST = 12, 90


def distinctive(chunks: Iterable[str]) -> str:
    """Return the sentence with the most different characters, as a rule the least common one.

    Raises `ValueError` when no piece of the text has the length of a sentence.
    """
    pieces = (piece.strip() for chunk in chunks for piece in _ENDS.split(chunk))
    sentences = [piece for piece in pieces if SHORTEST <= len(piece) <= LONGEST]
    return max(sentences, key=lambda sentence: len(set(sentence)))
