"""One segment document: what X-Ray accepts (pure).

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

from __future__ import annotations

import re
from typing import Any

import orjson

LARGEST = 64 * 1024

_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_ID = re.compile(r"[0-9a-f]{16}")

Segment = dict[str, Any]


class MalformedError(Exception):
    """code, message: as `UnprocessedTraceSegments` has them; id: of the segment, if it has one."""

    def __init__(self, code: str, message: str, segment_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.segment_id = segment_id


def parse(document: str | bytes) -> Segment:
    """Return a segment; raises `MalformedError` for what X-Ray does not process."""
    if len(document) > LARGEST:
        raise MalformedError("ValidationError", "the document is larger than 64 kB")
    try:
        segment = orjson.loads(document)
    except orjson.JSONDecodeError:
        raise MalformedError("ParseError", "the document is no JSON") from None
    if not isinstance(segment, dict):
        raise MalformedError("ParseError", "the document is no JSON object")
    if missing := _missing(segment):
        raise MalformedError("MissingParameter", missing, str(segment.get("id", "")))
    return segment


def _missing(segment: Segment) -> str:
    if not _matches(_ID, segment.get("id")):
        return "id must be 16 hexadecimal digits"
    if not _matches(_TRACE_ID, segment.get("trace_id")):
        return "trace_id must be of the form 1-58406520-a006649127e371903a2de979"
    if not isinstance(segment.get("name"), str) or not segment["name"]:
        return "name is missing"
    if not isinstance(segment.get("start_time"), (int, float)):
        return "start_time is missing"
    if not isinstance(segment.get("end_time"), (int, float)) and not segment.get("in_progress"):
        return "end_time is missing, and the segment is not in_progress"
    if segment.get("type") == "subsegment" and not _matches(_ID, segment.get("parent_id")):
        return "parent_id of a subsegment must be 16 hexadecimal digits"
    return ""


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
