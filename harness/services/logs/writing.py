"""PutLogEvents' rules: which batches are refused, which of their events are left out (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import AwsError
from harness.services.logs.events import OVERHEAD_BYTES

_LARGEST_BATCH = 1_048_576
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
Accepted = list[tuple[int, str]]


def accepted(events: Sequence[Mapping[str, Any]], now_ms: int) -> tuple[Accepted, dict[str, int]]:
    """Return the events to keep as (time, message), and AWS's word on those that are not kept.

    Raises `AwsError` when the batch as a whole is refused.
    """
    size = sum(len(event["message"].encode()) + OVERHEAD_BYTES for event in events)
    if size > _LARGEST_BATCH:
        raise _refused(f"Upload too large: {size} bytes exceeds limit of {_LARGEST_BATCH}")
    times = [event["timestamp"] for event in events]
    if times != sorted(times):
        raise _refused(
            "Log events in a single PutLogEvents request must be in chronological order."
        )
    oldest, newest = now_ms - 14 * _DAY_MS, now_ms + 2 * _HOUR_MS
    first = sum(time < oldest for time in times)
    end = sum(time <= newest for time in times)
    if first < end and times[end - 1] - times[first] > _DAY_MS:
        raise _refused(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 "
            "hours."
        )
    rejected = {}
    if first:
        rejected["tooOldLogEventEndIndex"] = first
    if end < len(times):
        rejected["tooNewLogEventStartIndex"] = end
    return [(event["timestamp"], event["message"]) for event in events[first:end]], rejected


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
