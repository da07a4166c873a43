"""Lambda event to the S3 objects it announces.

Understood are S3's own notification and the same notification wrapped in SQS messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from processor.errors import UnknownEventError

# S3 compares sequencers after padding the shorter one with zeros on the left.
_SEQUENCER_DIGITS = 40


@dataclass(frozen=True)
class ObjectRef:
    """One version of an S3 object; `key` is decoded, `size` in bytes.

    version_id is None without versioning; sequencer is padded so that text order is event order,
    and None when the event had none.
    """

    bucket: str
    key: str
    size: int
    version_id: str | None
    sequencer: str | None


@dataclass(frozen=True)
class Removed:
    """An object that is gone; one_version: only the version it names, others may be there."""

    ref: ObjectRef
    one_version: bool

    @property
    def key(self) -> str:
        return self.ref.key


def objects(event: Mapping[str, Any]) -> Iterator[ObjectRef | Removed]:
    """Yield the objects that `event` announces, in its order; none for S3's test event.

    Raises `UnknownEventError` for an event of any other shape.
    """
    if event.get("Event") == "s3:TestEvent":
        return
    records = event.get("Records")
    if not isinstance(records, list):
        raise UnknownEventError("the event has no Records; send an S3 notification")
    for record in records:
        yield from _record(record)


def _record(record: Mapping[str, Any]) -> Iterator[ObjectRef | Removed]:
    source = record.get("eventSource")
    if source == "aws:sqs":
        yield from objects(json.loads(record["body"]))
    elif source != "aws:s3":
        raise UnknownEventError("a record is not from aws:s3 or aws:sqs; send an S3 notification")
    elif record["eventName"].startswith("ObjectCreated:"):
        yield _reference(record["s3"])
    elif record["eventName"] == "ObjectRemoved:DeleteMarkerCreated":
        yield Removed(_reference(record["s3"]), one_version=False)
    elif record["eventName"] == "ObjectRemoved:Delete":
        ref = _reference(record["s3"])
        yield Removed(ref, one_version=ref.version_id is not None)


def _reference(s3: Mapping[str, Any]) -> ObjectRef:
    entry = s3["object"]
    sequencer = entry.get("sequencer")
    return ObjectRef(
        bucket=s3["bucket"]["name"],
        key=unquote_plus(entry["key"]),
        size=entry.get("size", 0),
        version_id=entry.get("versionId"),
        sequencer=sequencer and sequencer.upper().rjust(_SEQUENCER_DIGITS, "0"),
    )
