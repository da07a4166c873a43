"""Step 5: chunks to the rows that BM25 is computed from.

Only what belongs to a chunk is stored. How many chunks there are and how many have a term is
counted by the query, so an index of any number of concurrent writers is always exact.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from processor.chunk import Chunk
from processor.tokens import tokenize


@dataclass(frozen=True)
class Indexed:
    """The terms of one chunk: how often each occurs, and how many there are in all.

    Distinct terms are kept as one string, separated by spaces, with their counts beside it: a
    fifteenth of the memory of a mapping, and a long document has ten thousands of chunks.
    """

    terms: str
    counts: array[int]
    length: int

    def postings(self) -> Iterator[tuple[str, int]]:
        """Yield each term with the number of its occurrences."""
        return zip(self.terms.split(" "), self.counts, strict=False)  # "" has a split, no count


def index(chunks: Iterable[Chunk]) -> list[Indexed]:
    """Return the postings of each chunk, in order."""
    return [_indexed(tokenize(chunk.content)) for chunk in chunks]


def _indexed(terms: list[str]) -> Indexed:
    found = Counter(terms)
    return Indexed(" ".join(found), array("I", found.values()), len(terms))
