"""How long S3 events take to reach their function, read from a journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson


def read(journal: Path) -> list[dict[str, Any]]:
    """Return the events of a journal file; a last line that is still being written is left out."""
    complete, _, _ = journal.read_bytes().rpartition(b"\n")
    return [orjson.loads(line) for line in complete.splitlines()]


def warm_starts(events: Iterable[Mapping[str, Any]]) -> list[float]:
    """Return, for each warm invocation by S3, the seconds from the answered PutObject to its start.

    Cold starts are another population and left out.
    """
    stored: dict[str, float] = {}
    caused: dict[str, str] = {}
    started: list[tuple[float, str]] = []
    for event in events:
        match event["kind"]:
            case "call.finished" if event["operation"] == "PutObject":
                stored[event["id"]] = event["time"]
            case "s3.delivered":
                caused[event["request_id"]] = event["call"]
            case "invocation.started" if not event["cold"]:
                started.append((event["time"], event["request_id"]))
    return [
        time - stored[caused[request]] for time, request in started if caused.get(request) in stored
    ]
