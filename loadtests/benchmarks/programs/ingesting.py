"""Chunks a second into PostgreSQL: `ingesting.py DATABASE_URL`; prints JSON.

Chunks with their vectors, alone and with postings, as the processor writes them and row by row
with the vector as text, as most examples do. A document is one transaction either way.
"""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from corpus import Corpus, database, insert_document, open_database

from processor import content
from processor.bm25 import Indexed
from processor.content import Processed
from processor.database import Connection

CHUNKS = 500
ROUNDS = 3

_CHUNK = (
    "INSERT INTO document_chunks (document_id, chunk_index, content, page_from, page_to,"
    " char_start, char_end, token_count, content_sha256, embedding)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
)
_POSTING = "INSERT INTO postings (term, chunk_id, document_id, tf, dl) VALUES (%s, %s, %s, %s, %s)"

Write = Callable[[Connection, UUID, Processed], None]


def row_by_row(connection: Connection, document_id: UUID, processed: Processed) -> None:
    rows = zip(processed.chunks, processed.vectors, processed.index, strict=True)
    for chunk, vector, entry in rows:
        values = (document_id, chunk.index, chunk.content, chunk.page_from, chunk.page_to)
        places = (chunk.char_start, chunk.char_end, entry.length, chunk.content_sha256)
        [(chunk_id,)] = connection.execute(_CHUNK, [*values, *places, str(vector)])
        for term, tf in entry.postings():
            connection.execute(_POSTING, [term, chunk_id, document_id, tf, entry.length])


def without_postings(processed: Processed) -> Processed:
    return replace(processed, index=[Indexed("", array("I"), e.length) for e in processed.index])


def rate(connection: Connection, write: Write, documents: list[Processed]) -> int:
    """Return the chunks a second of the best round."""
    seconds = []
    for number, processed in enumerate(documents):
        document_id = UUID(int=number + 1)
        connection.execute("TRUNCATE documents, document_chunks, postings")
        began = time.perf_counter()
        with connection.transaction():
            insert_document(connection, document_id, processed)
            write(connection, document_id, processed)
        seconds.append(time.perf_counter() - began)
    return round(CHUNKS / min(seconds))


def main(url: str) -> None:
    corpus = Corpus()
    whole = [corpus.document(CHUNKS) for _ in range(ROUNDS)]
    alone = [without_postings(document) for document in whole]
    connection = open_database(database(url, "bench_ingest"))
    figures = {
        "chunks": rate(connection, content.replace, alone),
        "chunks row by row": rate(connection, row_by_row, alone),
        "chunks with postings": rate(connection, content.replace, whole),
        "chunks with postings row by row": rate(connection, row_by_row, whole),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])
