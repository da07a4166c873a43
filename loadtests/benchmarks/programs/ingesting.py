"""Chunks a second into PostgreSQL: `ingesting.py DATABASE_URL`; prints JSON.

Chunks with vectors and postings, as the processor writes them; then the chunks alone, by binary
COPY and row by row with the vector as text, as most examples do.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from uuid import UUID

from corpus import Corpus, database, insert_document, open_database

from processor import content
from processor.content import Processed
from processor.database import Connection

CHUNKS = 1000
ROUNDS = 3

_INSERT = (
    "INSERT INTO document_chunks (id, document_id, chunk_index, content, page_from, page_to,"
    " heading, char_start, char_end, token_count, content_sha256, embedding)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)

Write = Callable[[Connection, UUID, Processed], None]


def chunks_by_copy(connection: Connection, document_id: UUID, processed: Processed) -> None:
    ids = content._fresh_ids(connection, len(processed.chunks))
    rows = content._chunk_rows(document_id, ids, processed)
    content._copy(connection, "document_chunks", content._CHUNK_COLUMNS, rows)


def chunks_row_by_row(connection: Connection, document_id: UUID, processed: Processed) -> None:
    ids = content._fresh_ids(connection, len(processed.chunks))
    for row in content._chunk_rows(document_id, ids, processed):
        *values, vector = row
        connection.execute(_INSERT, [*values, str(vector.to_list())])


def rate(connection: Connection, corpus: Corpus, write: Write) -> int:
    """Return the rows a second of the best round, each a document in one transaction."""
    seconds = []
    for number in range(ROUNDS):
        document_id, processed = UUID(int=number + 1), corpus.document(CHUNKS)
        connection.execute("TRUNCATE documents, document_chunks, postings")
        began = time.perf_counter()
        with connection.transaction():
            insert_document(connection, document_id, processed)
            write(connection, document_id, processed)
        seconds.append(time.perf_counter() - began)
    return round(CHUNKS / min(seconds))


def main(url: str) -> None:
    corpus = Corpus()
    connection = open_database(database(url, "bench_ingest"))
    figures = {
        "document with postings": rate(connection, corpus, content.replace),
        "chunks by COPY": rate(connection, corpus, chunks_by_copy),
        "chunks row by row": rate(connection, corpus, chunks_row_by_row),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])
