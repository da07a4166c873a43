"""The credential of signature version 4: `KEY/YYYYMMDD/REGION/s3/aws4_request` (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_WRITTEN = "%Y%m%dT%H%M%SZ"
_SHOWN = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Credential:
    key_id: str
    date: str
    region: str
    service: str
    terminal: str


def parse_credential(text: str) -> Credential | None:
    """Return the parts of a credential, None when it is not of that form.

    The key itself may contain slashes.
    """
    parts = text.rsplit("/", 4)
    return Credential(*parts) if len(parts) == 5 and all(parts) else None


def epoch(written: str) -> float | None:
    """Return the seconds of an X-Amz-Date, None when it is no such time."""
    if not _DATE.fullmatch(written):
        return None
    try:
        return datetime.strptime(written, _WRITTEN).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def shown(moment: float) -> str:
    """Return a time as S3's errors write it; the last one that can be written for any later."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime(_SHOWN)
    except (ValueError, OverflowError, OSError):
        return "9999-12-31T23:59:59Z"
