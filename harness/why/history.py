"""The journal's lines about one object: its events, and what their deliveries set in motion.

The file may be large and is read once for each generation of ids: the object's own lines name
the requests they became, those of an event source mapping name further requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

Line = dict[str, Any]

_REQUEST = re.compile(rb'"request_id":"([^"]+)"')
_CAUSED = (b'"kind":"async.', b'"kind":"invocation.')


def related(journal: Path, bucket: str, key: str) -> list[Line]:
    """Return the events about an object (its plain key), in the order they were recorded."""
    own = [line for line in _about(journal, key) if (line["bucket"], line["key"]) == (bucket, key)]
    ids = {line["request_id"] for line in own if line.get("request_id")}
    mapped = list(_of_mappings(journal, ids)) if ids else []
    ids |= {line["request_id"] for line in mapped if line.get("request_id")}
    caused = list(_of_requests(journal, ids)) if ids else []
    return sorted([*own, *mapped, *caused], key=lambda line: line["time"])


def _lines(journal: Path) -> Iterator[bytes]:
    """Yield the complete lines; the last one may still be being written."""
    with journal.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _about(journal: Path, key: str) -> Iterator[Line]:
    named = b'"key":' + orjson.dumps(key)
    for line in _lines(journal):
        if b'"kind":"s3.' in line and named in line:
            yield orjson.loads(line)


def _of_mappings(journal: Path, ids: set[str]) -> Iterator[Line]:
    for line in _lines(journal):
        if b'"kind":"mapping.' in line:
            event: Line = orjson.loads(line)
            if ids.intersection(event.get("message_ids", ())):
                yield event


def _of_requests(journal: Path, ids: set[str]) -> Iterator[Line]:
    for line in _lines(journal):
        if any(kind in line for kind in _CAUSED):
            found = _REQUEST.search(line)
            if found and found.group(1).decode() in ids:
                yield orjson.loads(line)
