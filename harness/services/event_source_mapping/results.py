"""Which messages of a batch failed, by what the function returned (aws-behaviour §6.4); pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson


def failed(response: bytes, message_ids: Collection[str]) -> set[str]:
    """Return the ids that a function with ReportBatchItemFailures reported.

    Nothing reported is complete success; what cannot be understood is complete failure.
    """
    everything = set(message_ids)
    try:
        answer = orjson.loads(response or b"null")
    except orjson.JSONDecodeError:
        return everything
    if answer in (None, ""):
        return set()
    if not isinstance(answer, dict):
        return everything
    reported = _identifiers(answer.get("batchItemFailures") or [])
    return reported if reported is not None and reported <= everything else everything


def _identifiers(failures: Any) -> set[str] | None:
    """Return the reported ids; None when one of them is missing, empty or no text."""
    if not isinstance(failures, list) or not all(isinstance(item, dict) for item in failures):
        return None
    found = [item.get("itemIdentifier") for item in failures]
    return set(found) if all(isinstance(one, str) and one for one in found) else None
