"""Settle what nobody else will: `python -m processor.reconcile`, or on a schedule as a function.

Lambda's retries end, and events get lost. Then there are documents in `processing` whose run died,
documents that wait for an event that does not come, objects without a row, rows without an object,
and rows that were made of another object than is there now. Each is processed again by the pipeline
itself or failed with its reason; objects that were stored after their document was deleted are
deleted too. Everything goes through claims and generations, so running beside processors, twice, or
being killed does no harm.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from processor import adapters, aws, report, settings, tracing, unsettled
from processor.documents import parse_object_key
from processor.errors import DefectError, ProcessorError, TransientError
from processor.events import ObjectRef
from processor.handler import invocation, told_safely
from processor.listing import ListedPage, Listing, Stored
from processor.logs import about, logger
from processor.pipeline import EVENT_ATTEMPTS, Dependencies, ingest
from processor.unsettled import Row

# How long a row may wait for its event, an object for its row. Beyond the hour for which Lambda
# keeps an event (template.yaml, MaximumEventAgeInSeconds) nothing comes by itself any more.
GRACE_SECONDS = 3700.0

# No document is begun with less; reading may take 60 s, and embedding as much again.
DOCUMENT_SECONDS = 120.0
PAGE_SECONDS = 20.0

STUCK_AT_ONCE = 100

_FIRST = UUID(int=0)


@dataclass
class Report:
    """What was done; finished: whether the whole bucket was looked at before the time was over."""

    given_up: int = 0
    redriven: int = 0
    missing_objects: int = 0
    removed_objects: int = 0
    finished: bool = False
    errors: list[Exception] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        return asdict(self) | {"errors": len(self.errors)}


class _OutOfTimeError(Exception):
    """The rest is for the next run."""


def _now() -> datetime:
    return datetime.now(UTC)


@logger.inject_lambda_context(log_event=False, clear_state=True)
def handler(event: Any, context: Any) -> dict[str, Any]:
    """Entry point of the scheduled function; `S3_BUCKET` names the bucket."""
    with tracing.subsegment("## handler"), told_safely():
        bucket = settings.variable("S3_BUCKET")
        listing = Listing(aws.client("s3", settings.region()), bucket)
        done = reconcile(listing, invocation(context))
        logger.info("Reconciled", extra=done.facts())
        if done.errors:
            raise ExceptionGroup(f"{len(done.errors)} documents were interrupted", done.errors)
        return done.facts()


def reconcile(
    listing: Listing,
    deps: Dependencies,
    grace_seconds: float = GRACE_SECONDS,
    now: Callable[[], datetime] = _now,
) -> Report:
    """Settle what is older than `grace_seconds`, as far as the time of `deps` goes.

    Raises `TransientError` when a service fails: then nothing else would succeed either.
    """
    done = Report()
    work = _Work(listing, deps, grace_seconds, done, now)
    try:
        work.settle_rows()
        work.walk()
        done.finished = True
    except _OutOfTimeError:
        logger.info("Reconciliation goes on in the next run")
    return done


@dataclass(frozen=True)
class _Work:
    listing: Listing
    deps: Dependencies
    grace: float
    done: Report
    now: Callable[[], datetime]

    def settle_rows(self) -> None:
        """Process stuck documents again, or fail those that were tried often enough."""
        connection = self.deps.store.connection()
        self.done.given_up += unsettled.give_up(connection, EVENT_ATTEMPTS, self.grace)
        bucket = self.listing.bucket
        for row in unsettled.stuck(connection, bucket, self.grace, STUCK_AT_ONCE):
            self._redrive(self._object(row))

    def walk(self) -> None:
        """Compare bucket and rows, from where the last walk stopped to the end."""
        bucket = self.listing.bucket
        after = unsettled.progress(self.deps.store.connection(), bucket)
        seen = parse_object_key(after).document_id if after else _FIRST
        for page in self.listing.pages(after):
            self._check_time(PAGE_SECONDS)
            end = page.end or seen
            self._compare(page, seen, end)
            seen, after = end, page.documents[-1].key if page.documents else after
            unsettled.keep_progress(
                self.deps.store.connection(), bucket, "" if page.is_last else after
            )

    def _compare(self, page: ListedPage, seen: UUID, end: UUID) -> None:
        """Settle the differences between a page and the rows above `seen`, up to `end`."""
        old = self._old(page.documents)
        for stored in self._without_row(old):
            if (ref := self.listing.find(stored.key)) is not None:
                self._redrive(ref)
        self._remove_deleted(old)
        by_key = {stored.key: stored for stored in page.documents}
        connection = self.deps.store.connection()
        for row in unsettled.between(connection, self.listing.bucket, seen, end, self.grace):
            current = by_key.get(row.file_path)
            if current is not None and self._is_old(current) and row.is_outdated(current):
                self._renew(row)
            elif current is None and not row.is_missing:
                self._check_object(row)
            elif row.is_awaited:  # it came, and its event was lost
                self._redrive(self._object(row))

    def _old(self, documents: list[Stored]) -> list[Stored]:
        return [stored for stored in documents if self._is_old(stored)]

    def _is_old(self, stored: Stored) -> bool:
        """Tell whether no event of the object is under way any more."""
        return stored.modified < self.now() - timedelta(seconds=self.grace)

    def _without_row(self, documents: list[Stored]) -> list[Stored]:
        connection = self.deps.store.connection()
        known = unsettled.known(connection, {stored.document_id for stored in documents})
        return [stored for stored in documents if stored.document_id not in known]

    def _remove_deleted(self, documents: list[Stored]) -> None:
        """Delete objects that came after their document was deleted: by a presigned URL."""
        connection = self.deps.store.connection()
        deleted = unsettled.deleted(connection, {stored.document_id for stored in documents})
        for stored in documents:
            if stored.document_id in deleted:
                self._check_time(PAGE_SECONDS)
                self.listing.remove(stored.key)
                self.done.removed_objects += 1

    def _check_object(self, row: Row) -> None:
        """Fail the document unless its object is there after all, stored since the listing."""
        self._check_time(PAGE_SECONDS)
        if self.listing.find(row.file_path) is None:
            connection = self.deps.store.connection()
            self.done.missing_objects += unsettled.fail_missing(connection, row)

    def _object(self, row: Row) -> ObjectRef:
        return ObjectRef(
            self.listing.bucket, row.file_path, row.file_size, row.s3_version, row.s3_sequencer
        )

    def _renew(self, row: Row) -> None:
        """Process what is stored now, unless that was removed or the document changed meanwhile."""
        self._check_time(DOCUMENT_SECONDS)
        current = self.listing.find(row.file_path)
        connection = self.deps.store.connection()
        if current is not None and unsettled.reopen(connection, row, current):
            self._redrive(current)

    def _redrive(self, ref: ObjectRef) -> None:
        self._check_time(DOCUMENT_SECONDS)
        with about(document_id=str(parse_object_key(ref.key).document_id)):
            try:
                report.settled(ingest(ref, self.deps))
            except (TransientError, psycopg.OperationalError):
                raise
            except Exception as error:  # a defect at this document; it was told in its row
                report.interrupted(error)
                self.done.errors.append(DefectError(error))
        self.done.redriven += 1

    def _check_time(self, needed: float) -> None:
        if self.deps.remaining() < needed:
            raise _OutOfTimeError


def main(arguments: Sequence[str] | None = None) -> int:
    """Reconcile the configured database with a bucket; returns the exit code."""
    options = _options(arguments)
    deadline = time.monotonic() + options.seconds
    try:
        deps = adapters.dependencies(
            settings.load(),
            owner=f"reconcile-{uuid4()}",
            remaining=lambda: deadline - time.monotonic(),
        )
        listing = Listing(aws.client("s3", settings.region()), options.bucket)
        # Standard output is for the report alone.
        with closing(deps.store), redirect_stdout(sys.stderr):
            done = reconcile(listing, deps, options.grace)
    except (ProcessorError, psycopg.OperationalError) as error:
        print(f"reconcile: {error}", file=sys.stderr)
        return 1
    except psycopg.Error as error:  # its words may quote a row
        print(f"reconcile: {DefectError(error)}", file=sys.stderr)
        return 1
    print(json.dumps(done.facts()))
    for defect in done.errors:
        print(f"reconcile: {defect}", file=sys.stderr)
    return 1 if done.errors else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m processor.reconcile", description=__doc__)
    parser.add_argument("bucket", help="the bucket of the uploads")
    parser.add_argument(
        "--grace",
        type=float,
        default=GRACE_SECONDS,
        help="seconds for which rows and objects may wait (default: %(default)g)",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=900.0,
        help="after that the rest is left to the next run (default: %(default)g)",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
