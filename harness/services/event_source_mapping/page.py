"""One page of a list, as ListEventSourceMappings gives it; pure."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.services.event_source_mapping.settings import constraint, invalid

_MOST = 100
_MOST_ITEMS = 10_000
_NUMBER = re.compile(r"[0-9]{1,9}")


def page(found: Sequence[dict[str, Any]], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return up to `MaxItems` (never more than 100) after `Marker`, and the next marker."""
    count = min(_MOST, _max_items(parameters.get("MaxItems")))
    start = _start(parameters.get("Marker"))
    answer: dict[str, Any] = {"EventSourceMappings": list(found[start : start + count])}
    if start + count < len(found):
        answer["NextMarker"] = base64.b64encode(str(start + count).encode()).decode()
    return answer


def _max_items(text: str | None) -> int:
    if text is None:
        return _MOST
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise constraint(text, "maxItems", "have value greater than or equal to 1")
    if int(text) > _MOST_ITEMS:
        raise constraint(text, "maxItems", f"have value less than or equal to {_MOST_ITEMS}")
    return int(text)


def _start(marker: str | None) -> int:
    if not marker:
        return 0
    try:
        start = base64.b64decode(marker, validate=True).decode()
    except (binascii.Error, ValueError):
        start = ""
    if not _NUMBER.fullmatch(start):
        raise invalid("Invalid marker")
    return int(start)
