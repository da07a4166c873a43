"""Bring the schema up to date: `python -m processor.migrate`.

Migrations are the numbered files of `migrations/`, applied in order and once each; the table
`schema_migrations` remembers which. Starting it twice at the same time is safe.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from processor import settings
from processor.database import Connection, open_plain
from processor.errors import ProcessorError

FOLDER = Path(__file__).parent / "migrations"

_LOCK = 7_264_001  # any number, the same in every release


def migrate(connection: Connection) -> Iterator[str]:
    """Apply what is missing; yields the name of each migration after it was committed."""
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        applied = _applied(connection)
        for path in sorted(FOLDER.glob("[0-9]*.sql")):
            if path.stem not in applied:
                _apply(connection, path)
                yield path.stem
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _applied(connection: Connection) -> set[str]:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    return {row[0] for row in connection.execute("SELECT name FROM schema_migrations")}


def _apply(connection: Connection, path: Path) -> None:
    with connection.transaction():
        connection.execute(path.read_bytes())
        connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", [path.stem])


def main() -> int:
    """Apply the migrations to the configured database; returns the exit code."""
    try:
        with open_plain(settings.database_credentials()) as connection:
            for name in migrate(connection):
                print(f"applied {name}")
    except (ProcessorError, psycopg.Error) as error:
        print(f"migrate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
