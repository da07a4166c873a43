"""When each document was pending, processing and completed, by the clock of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scenarios.client import Pipeline

PENDING, PROCESSING = "░", "█"
_QUERY = """
    SELECT id::text, file_name, status, page_count AS pages, chunk_count AS chunks,
           upload_date AS stored, started_at AS started, completed_at AS settled
    FROM documents WHERE id = ANY(%s::uuid[]) ORDER BY upload_date
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """One document's way; `started` and `settled` are None where it did not get so far."""

    id: str
    file_name: str
    status: str
    pages: int | None
    chunks: int
    stored: datetime
    started: datetime | None
    settled: datetime | None

    @property
    def pending_s(self) -> float | None:
        """Return the seconds it waited: none where the event overtook the row."""
        if self.started is None:
            return None
        return max(0.0, (self.started - self.stored).total_seconds())

    @property
    def processing_s(self) -> float | None:
        if self.started is None or self.settled is None:
            return None
        return (self.settled - self.started).total_seconds()

    @property
    def times(self) -> tuple[datetime, datetime, datetime]:
        """Return stored, started and settled in this order, whatever is missing or overtook."""
        started = self.started or self.stored
        return min(self.stored, started), started, self.settled or started


def passages(pipeline: Pipeline, document_ids: Sequence[str]) -> list[Passage]:
    """Return the ways of the documents, in the order they were stored."""
    return [Passage(**row) for row in pipeline.rows(_QUERY, list(document_ids))]


def bars(passages: Sequence[Passage], width: int) -> list[str]:
    """Return a bar of at most `width` characters per document, all on one scale.

    Waiting is light, working is dark.
    """
    if not passages:
        return []
    begin = min(passage.times[0] for passage in passages)
    end = max(passage.times[2] for passage in passages)
    span = (end - begin).total_seconds() or 1.0

    def column(time: datetime) -> int:
        return round((time - begin).total_seconds() / span * (width - 1))

    return [_bar(*(column(time) for time in passage.times)) for passage in passages]


def _bar(stored: int, started: int, settled: int) -> str:
    """Return the bar; a document that was worked on shows at least one dark column."""
    return " " * stored + PENDING * (started - stored) + PROCESSING * (settled - started + 1)
