"""Chunks for benchmarks: Chinese-like text whose words are as unevenly frequent as real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

import numpy as np
from psycopg.conninfo import conninfo_to_dict

from processor import bm25
from processor.chunk import Chunk
from processor.content import Processed
from processor.database import Connection, connect, open_plain
from processor.embed import DIMENSIONS
from processor.migrate import migrate
from processor.settings import DatabaseCredentials

WORDS = 8000
WORDS_A_CHUNK = 40
DOCUMENT_CHUNKS = 500
TOPICS = 64  # directions that the vectors lie around

USER = "bench"


class Corpus:
    """The same chunks, vectors and queries for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = np.random.default_rng(seed)
        letters = self._random.integers(0x4E00, 0x4E00 + 3000, (WORDS, 3))
        lengths = self._random.choice([1, 2, 2, 2, 3], WORDS)
        self._words = np.array(
            ["".join(map(chr, word[:n])) for word, n in zip(letters, lengths, strict=True)]
        )
        shares = 1 / np.arange(1, WORDS + 1)
        self._shares = shares / shares.sum()
        self._topics = self._random.normal(size=(TOPICS, DIMENSIONS))

    def text(self, words: int = WORDS_A_CHUNK) -> str:
        return "".join(self._random.choice(self._words, words, p=self._shares))

    def vector(self) -> list[float]:
        topic = self._topics[self._random.integers(TOPICS)]
        vector = topic + self._random.normal(size=DIMENSIONS)
        return list((vector / np.linalg.norm(vector)).tolist())

    def query(self) -> str:
        """A question of six words, one of them among the hundred most frequent."""
        common = self._words[self._random.integers(100)]
        return str(common) + "".join(self._random.choice(self._words[100:], 5))

    def document(self, chunks: int) -> Processed:
        made = [_chunk(index, self.text()) for index in range(chunks)]
        vectors = [self.vector() for _ in made]
        return Processed(made, vectors, bm25.index(made), 1, b"", "benchmark/1536")

    def documents(self, chunks: int) -> Iterator[tuple[UUID, Processed]]:
        for first in range(0, chunks, DOCUMENT_CHUNKS):
            number = UUID(int=first + 1)
            yield number, self.document(min(DOCUMENT_CHUNKS, chunks - first))


def _chunk(index: int, text: str) -> Chunk:
    return Chunk(index, text, 1, 1, None, 0, len(text), len(text))


def credentials(url: str) -> DatabaseCredentials:
    """Return the credentials that a database URL holds."""
    parts = conninfo_to_dict(url) if urlsplit(url).scheme else {}
    return DatabaseCredentials(
        str(parts["host"]),
        int(parts["port"] or 5432),
        str(parts["dbname"]),
        str(parts["user"]),
        str(parts.get("password") or ""),
    )


def database(url: str, name: str) -> DatabaseCredentials:
    """Return a new, migrated database on the server of `url`."""
    server = credentials(url)
    with open_plain(server) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    made = replace(server, dbname=name)
    with open_plain(made) as connection:
        list(migrate(connection))
    return made


def open_database(credentials: DatabaseCredentials) -> Connection:
    connection = connect(credentials)
    connection.execute("SET statement_timeout = 0")
    return connection


def insert_document(connection: Connection, document_id: UUID, processed: Processed) -> None:
    """Write the row of a completed document; its content follows."""
    connection.execute(
        "INSERT INTO documents (id, user_id, file_name, file_path, file_type, status, chunk_count,"
        " token_count) VALUES (%s, %s, 'a.txt', 'a', 'text/plain', 'completed', %s, %s)",
        [
            document_id,
            USER,
            len(processed.chunks),
            sum(entry.length for entry in processed.index),
        ],
    )
