"""An embedder without a model: texts that share terms get similar vectors."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from processor.embed import DIMENSIONS, Purpose, Vector
from processor.errors import TransientError
from processor.tokens import tokenize


class WordEmbedder:
    """Counts terms by their hash; remembers what it was asked."""

    name = "words/1536"

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], Purpose]] = []

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        assert seconds > 0
        self.asked.append((list(texts), purpose))
        return [_counts(text) for text in texts]


class SilentEmbedder:
    """A model that does not answer."""

    name = "words/1536"

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        raise TransientError(
            "Bedrock", f"{len(texts)} texts for {purpose} got no answer in {seconds} s"
        )


def _counts(text: str) -> Vector:
    vector = [0.0] * DIMENSIONS
    for term in tokenize(text):
        vector[crc32(term.encode()) % DIMENSIONS] += 1.0
    return vector
