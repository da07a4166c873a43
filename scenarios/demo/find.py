"""Takes a sentence of a document and looks whether a search leads back to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.client import Pipeline
from scenarios.demo.timeline import Passage

SHORTEST, LONGEST = 12, 90
_ENDS = re.compile(r"(?<=[。！？])|(?<=[.!?])\s|\n")
_CHUNKS = "SELECT content FROM document_chunks WHERE document_id = %s ORDER BY chunk_index"


@dataclass(frozen=True, slots=True)
class Find:
    """rank: the place, from 1, of the document's own passage among the results; None without."""

    file_name: str
    sentence: str
    rank: int | None


def find(pipeline: Pipeline, passage: Passage) -> Find:
    """Search the document's most distinctive sentence, as its user would."""
    chunks = [row["content"] for row in pipeline.rows(_CHUNKS, passage.id)]
    sentence = distinctive(chunks)
    return Find(passage.file_name, sentence, _rank(pipeline, sentence, passage.id))


def distinctive(chunks: Iterable[str]) -> str:
    """Return the sentence with the most different letters, as a rule the least common one.

    Raises `ValueError` when no piece of the text has the length of a sentence.
    """
    pieces = (piece.strip() for chunk in chunks for piece in _ENDS.split(chunk))
    sentences = [piece for piece in pieces if SHORTEST <= len(piece) <= LONGEST]
    return max(sentences, key=lambda sentence: len(set(filter(str.isalpha, sentence))))


def _rank(pipeline: Pipeline, sentence: str, document_id: str) -> int | None:
    answer = pipeline.get("/search", q=sentence, limit=10).raise_for_status().json()
    for rank, result in enumerate(answer["results"], 1):
        if result["document_id"] == document_id and sentence in result["content"]:
            return rank
    return None
