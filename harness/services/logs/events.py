"""Every log event, in one SQLite file of the state directory.

In a file and not in memory, so a long load test costs disk. All work is done in one thread of its
own, in the order it was asked for; the file is not made safe against crashes, since it goes down
with the environment.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE streams (
    id INTEGER PRIMARY KEY, log_group TEXT, name TEXT, created INTEGER, first INTEGER,
    last INTEGER, ingested INTEGER, bytes INTEGER DEFAULT 0, UNIQUE (log_group, name));
CREATE TABLE events (
    id INTEGER PRIMARY KEY, log_group TEXT, stream INTEGER, time INTEGER, ingested INTEGER,
    message TEXT);
CREATE INDEX by_group ON events (log_group, time, id);
CREATE INDEX by_stream ON events (stream, time, id);
"""
OVERHEAD_BYTES = 26  # of each event, as AWS counts them
MOST_LOOKED_AT, MOST_BYTES = 10_000, 1024 * 1024  # for one page
Matches = Callable[[str], bool]
Result = TypeVar("Result")


class Position(NamedTuple):
    """Where an event stands among all: by time, and by arrival within a millisecond."""

    time: int
    id: int


class Event(NamedTuple):
    """time, ingested: milliseconds since the epoch; stream: its name."""

    time: int
    id: int
    stream: str
    ingested: int
    message: str

    @property
    def position(self) -> Position:
        return Position(self.time, self.id)


@dataclass(frozen=True, slots=True)
class Stream:
    """first, last: times of events; None while there is none."""

    name: str
    created: int
    first: int | None
    last: int | None
    ingested: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """Which events are asked for: those from `start` up to `end`, both included, in ms.

    after: where to go on, not included. streams: names, () for all of the group.
    """

    group: str
    start: int
    end: int
    after: Position | None = None
    streams: Sequence[str] = ()
    prefix: str = ""
    backward: bool = False


class Page(NamedTuple):
    """following: the last event that was looked at, when there are more behind it."""

    events: list[Event]
    following: Position | None


class LogEvents:
    """Each method returns once the work is done; what is written is seen by what is asked next."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log-events")
        self._connection: sqlite3.Connection | None = None
        self._streams: dict[tuple[str, str], int] = {}

    async def close(self) -> None:
        await self._run(self._close)
        self._thread.shutdown()

    async def create_stream(self, group: str, name: str, now: int) -> bool:
        """Create a stream; return whether it is new."""
        return await self._run(lambda: self._create_stream(group, name, now))

    async def delete_stream(self, group: str, name: str) -> bool:
        """Delete a stream with its events; return whether there was one."""
        return await self._run(lambda: self._delete(group, name) > 0)

    async def delete_group(self, group: str) -> None:
        await self._run(lambda: self._delete(group, None))

    async def has_stream(self, group: str, name: str) -> bool:
        return await self._run(lambda: self._stream(group, name) is not None)

    async def write(
        self, batches: Iterable[tuple[str, str, Sequence[tuple[int, str]]]], now: int
    ) -> None:
        """Add (group, stream, [(time, message)]) batches; streams come into being as needed."""
        await self._run(lambda: self._write(batches, now))

    async def search(self, span: Span, matches: Matches, limit: int) -> Page:
        """Return a page of the events of a span that match, the latest first when backward."""
        return await self._run(lambda: self._search(span, matches, limit))

    async def streams(self, group: str) -> list[Stream]:
        return await self._run(lambda: self._all_streams(group))

    async def stored_bytes(self, groups: Sequence[str]) -> dict[str, int]:
        """Return how much every group holds, as AWS counts it."""
        return await self._run(lambda: self._stored_bytes(groups))

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @property
    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._file, isolation_level=None)
            self._connection.executescript(_SCHEMA)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _stream(self, group: str, name: str) -> int | None:
        known = self._streams.get((group, name))
        if known is None:
            query = "SELECT id FROM streams WHERE log_group = ? AND name = ?"
            row = self._database.execute(query, (group, name)).fetchone()
            if row is None:
                return None
            known = self._streams[(group, name)] = int(row[0])
        return known

    def _create_stream(self, group: str, name: str, now: int) -> bool:
        insert = "INSERT OR IGNORE INTO streams (log_group, name, created) VALUES (?, ?, ?)"
        return self._database.execute(insert, (group, name, now)).rowcount > 0

    def _delete(self, group: str, name: str | None) -> int:
        which = "log_group = ?" + ("" if name is None else " AND name = ?")
        parameters = (group,) if name is None else (group, name)
        identifiers = f"SELECT id FROM streams WHERE {which}"  # noqa: S608 - no input is in it
        self._database.execute(f"DELETE FROM events WHERE stream IN ({identifiers})", parameters)  # noqa: S608
        deleted = self._database.execute(f"DELETE FROM streams WHERE {which}", parameters)  # noqa: S608
        self._streams = {
            key: found
            for key, found in self._streams.items()
            if key[0] != group or (name is not None and key[1] != name)
        }
        return deleted.rowcount

    def _write(
        self, batches: Iterable[tuple[str, str, Sequence[tuple[int, str]]]], now: int
    ) -> None:
        database = self._database
        database.execute("BEGIN")
        try:
            for group, name, events in batches:
                self._create_stream_if_new(group, name, now)
                self._insert(group, self._streams[(group, name)], events, now)
        finally:
            database.execute("COMMIT")

    def _create_stream_if_new(self, group: str, name: str, now: int) -> None:
        if self._stream(group, name) is None:
            self._create_stream(group, name, now)
            self._stream(group, name)

    def _insert(self, group: str, stream: int, events: Sequence[tuple[int, str]], now: int) -> None:
        self._database.executemany(
            "INSERT INTO events (log_group, stream, time, ingested, message)"
            " VALUES (?, ?, ?, ?, ?)",
            [(group, stream, time, now, message) for time, message in events],
        )
        times = [time for time, _ in events]
        size = sum(len(message.encode()) + OVERHEAD_BYTES for _, message in events)
        self._database.execute(
            "UPDATE streams SET first = min(coalesce(first, ?1), ?1), ingested = ?2,"
            " last = max(coalesce(last, ?3), ?3), bytes = bytes + ?4 WHERE id = ?5",
            (min(times), now, max(times), size, stream),
        )

    def _search(self, span: Span, matches: Matches, limit: int) -> Page:
        query, parameters = _selection(span)
        found: list[Event] = []
        size, last = 0, None
        for number, row in enumerate(self._database.execute(query, parameters)):
            if len(found) == limit or number == MOST_LOOKED_AT or size > MOST_BYTES:
                return Page(found, last)
            event = Event(*row)
            last = event.position
            if matches(event.message):
                found.append(event)
                size += len(event.message)
        return Page(found, None)

    def _all_streams(self, group: str) -> list[Stream]:
        query = "SELECT name, created, first, last, ingested FROM streams WHERE log_group = ?"
        return [Stream(*row) for row in self._database.execute(query, (group,))]

    def _stored_bytes(self, groups: Sequence[str]) -> dict[str, int]:
        query = "SELECT coalesce(sum(bytes), 0) FROM streams WHERE log_group = ?"
        return {group: self._database.execute(query, (group,)).fetchone()[0] for group in groups}


def _selection(span: Span) -> tuple[str, list[Any]]:
    """Return the query of a span and its parameters."""
    sign, order = ("<", "DESC") if span.backward else (">", "ASC")
    conditions = ["events.log_group = ?", "time BETWEEN ? AND ?"]
    parameters: list[Any] = [span.group, span.start, span.end]
    if span.after is not None:
        conditions.append(f"(time, events.id) {sign} (?, ?)")
        parameters += span.after
    if span.streams:
        conditions.append(f"streams.name IN ({', '.join('?' * len(span.streams))})")
        parameters += span.streams
    if span.prefix:
        conditions.append("substr(streams.name, 1, ?) = ?")
        parameters += [len(span.prefix), span.prefix]
    query = (
        "SELECT time, events.id, streams.name, events.ingested, message"  # noqa: S608
        " FROM events JOIN streams ON streams.id = events.stream"
        f" WHERE {' AND '.join(conditions)} ORDER BY time {order}, events.id {order}"
    )
    return query, parameters
