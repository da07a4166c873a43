"""Step 5: chunks to the rows that BM25 is computed from.

Only what belongs to a chunk is stored. How many chunks there are and how many have a term is
counted by the query, so an index of any number of concurrent writers is always exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from processor.chunk import Chunk
from processor.tokens import tokenize


@dataclass(frozen=True)
class Indexed:
    """The terms of one chunk: how often each occurs, and how many there are in all."""

    frequencies: Counter[str]
    length: int


def index(chunks: Iterable[Chunk]) -> list[Indexed]:
    """Return the postings of each chunk, in order."""
    return [_indexed(tokenize(chunk.content)) for chunk in chunks]


def _indexed(terms: list[str]) -> Indexed:
    return Indexed(Counter(terms), len(terms))
