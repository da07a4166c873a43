"""Build the HNSW index when somebody needs it: `python -m processor.vector_index`.

Up to some 20,000 chunks of one user the exact scan is fast and loses nothing, while the index
makes every insert many times slower (docs/decisions/0031). So it is built only once a user has
more than that, from the rows that are there; IVFFlat, which learns its lists from the rows it
finds, is no choice for a table that starts empty. Safe to run beside processors and repeatedly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import psycopg

from processor import settings
from processor.database import Connection, open_plain
from processor.errors import ProcessorError

NAME = "document_chunks_embedding"

# Chunks of one user up to which every one of them is compared.
EXACT_CHUNKS = 20_000

_LOCK = 7_264_002  # any number, the same in every release

_BUILD = (
    f"CREATE INDEX CONCURRENTLY {NAME} ON document_chunks"
    " USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)"
)

# Several times faster as long as the graph fits: about 4 KB a chunk.
_MEMORY = "512MB"


def ensure(connection: Connection, exact_chunks: int = EXACT_CHUNKS) -> str:
    """Build the index if a user has more than `exact_chunks`; returns what was done, in words."""
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        if _is_valid(connection):
            return f"{NAME} is there already"
        largest = largest_user_chunks(connection)
        if largest <= exact_chunks:
            return (
                f"no index needed: no user has more than {largest} chunks, {exact_chunks} are few"
            )
        _build(connection)
        return f"built {NAME}"
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def largest_user_chunks(connection: Connection) -> int:
    """Return how many chunks the user has who has most."""
    [(largest,)] = connection.execute(
        "SELECT coalesce(max(chunks), 0)"
        " FROM (SELECT sum(chunk_count) AS chunks FROM documents GROUP BY user_id) AS users"
    )
    return int(largest)


def _is_valid(connection: Connection) -> bool:
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
    row = connection.execute(query, [NAME]).fetchone()
    return row is not None and bool(row[0])


def _build(connection: Connection) -> None:
    connection.execute(f"DROP INDEX IF EXISTS {NAME}")  # left invalid by a build that was stopped
    connection.execute("SET statement_timeout = 0")
    connection.execute("SELECT set_config('maintenance_work_mem', %s, false)", [_MEMORY])
    connection.execute(_BUILD)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the index in the configured database if it is needed; returns the exit code."""
    parser = argparse.ArgumentParser(
        "python -m processor.vector_index", description="Build the HNSW index if a user needs it."
    )
    parser.add_argument(
        "--exact-chunks",
        type=int,
        default=EXACT_CHUNKS,
        help="chunks of one user up to which no index is built (default: %(default)s)",
    )
    exact_chunks = parser.parse_args(arguments).exact_chunks
    try:
        with open_plain(settings.database_credentials()) as connection:
            print(ensure(connection, exact_chunks))
    except (ProcessorError, psycopg.Error) as error:
        print(f"vector_index: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
