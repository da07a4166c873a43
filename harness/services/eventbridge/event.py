"""An entry of PutEvents, checked, and the event its rules and targets see (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from harness.aws import ACCOUNT

DEFAULT_BUS = "default"

_REQUIRED = ("Source", "DetailType", "Detail")

_LATEST = 253_402_300_799  # the end of the year 9999


def is_entry(value: Any) -> bool:
    """Tell whether a value has the types of the API's `PutEventsRequestEntry`."""
    if not isinstance(value, dict):
        return False
    texts = (value.get(name) for name in (*_REQUIRED, "EventBusName", "TraceHeader"))
    time, resources = value.get("Time"), value.get("Resources")
    return (
        all(text is None or isinstance(text, str) for text in texts)
        and (time is None or (isinstance(time, int | float) and 0 <= time <= _LATEST))
        and (resources is None or isinstance(resources, list))
    )


def refusal(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the error members of an entry that is not accepted; {} for one that is."""
    for name in _REQUIRED:
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    try:
        detail = orjson.loads(entry["Detail"])
    except orjson.JSONDecodeError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    return {}


def envelope(entry: Mapping[str, Any], event_id: str, region: str, now: float) -> dict[str, Any]:
    """Return the event as targets receive it; `now` for an entry without a time."""
    moment = datetime.fromtimestamp(float(entry.get("Time") or now), UTC)
    return {
        "version": "0",
        "id": event_id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": entry.get("Resources") or [],
        "detail": orjson.loads(entry["Detail"]),
    }


def bus_name(entry: Mapping[str, Any]) -> str:
    """Return the bus an entry names by its name or its ARN."""
    return str(entry.get("EventBusName") or DEFAULT_BUS).rpartition("/")[2]
