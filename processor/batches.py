"""How many texts go into one call of the embedding model (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MAX_TEXTS = 96

# The model takes 128,000 tokens and about 20 MB a call (aws-behaviour §8.2). Three bytes of UTF-8
# are a Chinese or Japanese character, about a token; Latin letters are fewer tokens than that. So
# this stands for 100,000 tokens at most, and no escape of JSON makes 20 MB of it.
MAX_BYTES = 300_000


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the texts in order, in lists the model takes; a text too large goes alone."""
    batch: list[str] = []
    room = MAX_BYTES
    for text in texts:
        size = len(text.encode())
        if batch and (len(batch) == MAX_TEXTS or size > room):
            yield batch
            batch, room = [], MAX_BYTES
        batch.append(text)
        room -= size
    if batch:
        yield batch
