"""Two rankings of the same chunks, by words and by meaning, made one (pure).

BM25 scores and cosine similarities share no scale, so each is spread over 0 to 1 within the query
before they are weighed (docs/decisions/0006-hybrid-weights.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

LEXICAL_WEIGHT = 0.8  # of 1; the rest is that of meaning


def fuse(
    lexical: Mapping[int, float],
    semantic: Mapping[int, float],
    lexical_weight: float = LEXICAL_WEIGHT,
) -> list[tuple[int, float]]:
    """Return (chunk id, score from 0 to 1), best first, of every chunk in either ranking.

    lexical: BM25 score by chunk id. semantic: cosine similarity by chunk id; NaN, the similarity
    to a vector without direction, counts as absent. A chunk absent from one ranking gets 0 there.
    """
    similar = {chunk: score for chunk, score in semantic.items() if isfinite(score)}
    # A chunk without any word of the query has a BM25 score of 0, so 0 is the smallest there is;
    # similarities have no such floor: the least similar candidate stands for it.
    words = _spread(lexical, floor=0.0)
    meaning = _spread(similar, floor=min(similar.values(), default=0.0))
    scores = {
        chunk: lexical_weight * words.get(chunk, 0.0)
        + (1 - lexical_weight) * meaning.get(chunk, 0.0)
        for chunk in words.keys() | meaning.keys()
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _spread(scores: Mapping[int, float], floor: float) -> dict[int, float]:
    """Map `floor` to 0 and the highest score to 1; all at the floor (or a single one) map to 1."""
    width = max(scores.values(), default=floor) - floor
    return {chunk: (score - floor) / width if width else 1.0 for chunk, score in scores.items()}
