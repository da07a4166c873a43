"""What became of each stored document: when the function that its S3 event starts ran.

Read from the journal of an environment and kept as a table of raw samples, one line a document.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from harness.gate import table

SUCCEEDED = "succeeded"
DROPPED = "dropped"  # given up after its retries, or too old
UNFINISHED = "unfinished"  # still waiting or running when the gate stopped watching
_ENDINGS = (SUCCEEDED, DROPPED, UNFINISHED)


@dataclass(frozen=True, slots=True)
class Document:
    """One stored object and its event's function; times in seconds since the first was stored.

    size: bytes. started: of the first run, ended: when the outcome was known, both None when that
    never came. cold: whether the first run had to initialise a sandbox, which took init_s.
    longest_run_s: of all its runs, of which `errors` of `runs` failed.
    """

    size: int
    stored: float
    started: float | None
    ended: float | None
    cold: bool
    init_s: float
    longest_run_s: float
    runs: int
    errors: int
    outcome: str

    @property
    def processing(self) -> float:
        """Return the seconds from the stored object to success; without one it never ends."""
        if self.outcome != SUCCEEDED or self.ended is None:
            return math.inf
        return self.ended - self.stored


COLUMNS = tuple(field.name for field in fields(Document))


def of_journal(events: Iterable[Mapping[str, Any]]) -> tuple[Document, ...]:
    """Return the documents whose S3 event went to a function, in the order they were stored.

    The order of the events does not matter: an event may overtake the answer of its PutObject.
    """
    stored: dict[str, Mapping[str, Any]] = {}
    requests: dict[str, str] = {}
    of_request: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        match event["kind"]:
            case "call.finished" if event["service"] == "s3" and event["status"] == 200:
                stored[event["id"]] = event
            case "s3.delivered" if ":lambda:" in event["target"]:
                requests[event["request_id"]] = event["call"]
            case "invocation.started" | "invocation.finished" | "async.succeeded" | "async.dropped":
                of_request.setdefault(event["request_id"], []).append(event)
    known = [
        (stored[call], of_request.get(id_, [])) for id_, call in requests.items() if call in stored
    ]
    origin = min((put["time"] for put, _ in known), default=0.0)
    return tuple(
        sorted((_document(put, told, origin) for put, told in known), key=lambda one: one.stored)
    )


def _document(put: Mapping[str, Any], told: list[Mapping[str, Any]], origin: float) -> Document:
    started = [event for event in told if event["kind"] == "invocation.started"]
    runs = [event for event in told if event["kind"] == "invocation.finished"]
    ending = next((event for event in told if event["kind"].startswith("async.")), None)
    first = min(started, key=lambda event: event["time"], default=None)
    return Document(
        size=put["received"],
        stored=put["time"] - origin,
        started=first["time"] - origin if first else None,
        ended=ending["time"] - origin if ending else None,
        cold=bool(first and first["cold"]),
        init_s=max((run["init_ms"] or 0.0 for run in runs), default=0.0) / 1000,
        longest_run_s=max((run["duration_ms"] for run in runs), default=0.0) / 1000,
        runs=len(started),
        errors=sum(run["failed"] for run in runs),
        outcome=_OUTCOMES[ending["kind"]] if ending else UNFINISHED,
    )


_OUTCOMES = {"async.succeeded": SUCCEEDED, "async.dropped": DROPPED}


def write(path: Path, documents: Iterable[Document]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows([_text(value) for value in astuple(one)] for one in documents)


def _text(value: object) -> str:
    if value is None:
        return ""
    return (
        f"{value:.6f}"
        if isinstance(value, float)
        else str(int(value) if isinstance(value, bool) else value)
    )


def read(path: Path) -> tuple[Document, ...]:
    """Return the documents of `path`; raises as `table.read` does."""
    return table.read(path, "a document of a load test", _document_of)


def _document_of(row: table.Row) -> Document:
    if row["outcome"] not in _ENDINGS:
        raise ValueError(row["outcome"])
    return Document(
        size=int(row["size"]),
        stored=_finite(row["stored"]),
        started=_finite(row["started"]) if row["started"] else None,
        ended=_finite(row["ended"]) if row["ended"] else None,
        cold=bool(int(row["cold"])),
        init_s=_finite(row["init_s"]),
        longest_run_s=_finite(row["longest_run_s"]),
        runs=int(row["runs"]),
        errors=int(row["errors"]),
        outcome=row["outcome"],
    )


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
