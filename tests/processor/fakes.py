"""Stand-ins that satisfy the processor's protocols without a service behind them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from processor.database import Database
from processor.embed import DIMENSIONS, Purpose, Vector
from processor.errors import TransientError
from processor.events import ObjectRef
from processor.pipeline import Dependencies
from processor.reader import read
from processor.settings import DatabaseCredentials
from processor.store import Store
from processor.tokens import tokenize


@dataclass
class WordEmbedder:
    """Counts terms by their hash, so texts with common terms have similar vectors."""

    name: str = "words/1536"
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        assert seconds > 0
        self.asked += texts
        assert purpose == "search_document"
        return [_counts(text) for text in texts]


@dataclass
class InterruptedEmbedder:
    """Lets something happen in the middle of a run, then answers."""

    interruption: Callable[[], object]
    embedder: WordEmbedder = field(default_factory=WordEmbedder)
    name: str = "words/1536"

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        self.interruption()
        return self.embedder.embed(texts, purpose=purpose, seconds=seconds)


class SilentEmbedder:
    """A model that does not answer."""

    name = "words/1536"

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        raise TransientError("Bedrock", "read timeout")


@dataclass
class Shelf:
    """A bucket of one folder: version ids are file names."""

    folder: Path

    def put(self, version_id: str, content: str) -> None:
        (self.folder / version_id).write_text(content, encoding="utf-8")

    def __call__(self, ref: ObjectRef, folder: Path) -> Path:
        assert ref.version_id is not None
        return Path(shutil.copy(self.folder / ref.version_id, folder / "document"))


def dependencies(
    credentials: DatabaseCredentials, shelf: Shelf, owner: str = "request-1"
) -> Dependencies:
    return Dependencies(
        store=Store(Database(credentials, lambda: credentials)),
        download=shelf,
        extract=read,
        embedder=WordEmbedder(),
        owner=owner,
        remaining=lambda: 300.0,
    )


def _counts(text: str) -> Vector:
    vector = [0.0] * DIMENSIONS
    for term in tokenize(text):
        vector[crc32(term.encode()) % DIMENSIONS] += 1.0
    return vector
