"""A trace: its segments, put together as BatchGetTraces answers them, and its summary (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from harness.aws import ACCOUNT
from harness.services.xray.segment import Segment

_SENT_ALONE = ("type", "trace_id", "parent_id")


def assembled(segments: list[Segment]) -> list[Segment]:
    """Return the segments with the subsegments that were sent alone where they belong.

    What a function sends belongs below its `Invocation`, though it names the segment.
    """
    found = sorted((deepcopy(segment) for segment in segments), key=lambda s: s["start_time"])
    places = {part["id"]: part for segment in found for part in parts(segment)}
    roots = []
    for segment in found:
        place = places.get(segment.get("parent_id", ""))
        if segment.get("type") != "subsegment" or place is None:
            roots.append(segment)
            continue
        own = {name: value for name, value in segment.items() if name not in _SENT_ALONE}
        below = _invocation(place)
        below.setdefault("subsegments", []).append(own)
        for part in parts(own):
            places[part["id"]] = part
    return roots


def parts(segment: Segment) -> Iterator[Segment]:
    """Yield a segment and all that is below it."""
    yield segment
    for below in segment.get("subsegments", []):
        if isinstance(below, dict) and "id" in below:
            yield from parts(below)


def _invocation(place: Segment) -> Segment:
    if place.get("origin") != "AWS::Lambda::Function":
        return place
    below = place.get("subsegments", [])
    return next((part for part in below if part.get("name") == "Invocation"), place)


def duration(segments: list[Segment]) -> float:
    """Return the seconds from the first start to the last end."""
    ends = [float(segment.get("end_time") or segment["start_time"]) for segment in segments]
    return round(max(ends) - min(float(segment["start_time"]) for segment in segments), 3)


def summary(trace_id: str, segments: list[Segment]) -> dict[str, Any]:
    """Return what GetTraceSummaries tells of a trace; times in seconds since the epoch."""
    roots = assembled(segments)
    everything = [part for root in roots for part in parts(root)]
    began = min(segment["start_time"] for segment in segments)
    first = min(roots, key=lambda segment: segment["start_time"])
    return {
        "Id": trace_id,
        "StartTime": began,
        "MatchedEventTime": began,
        "Duration": duration(segments),
        "ResponseTime": duration([first]),
        **{f"Has{flag.title()}": _any(everything, flag) for flag in ("fault", "error", "throttle")},
        "IsPartial": _any(everything, "in_progress"),
        "Http": {},
        "Annotations": _annotations(everything),
        "Users": [],
        "ServiceIds": _services(roots),
        "ResourceARNs": [{"ARN": arn} for arn in _arns(roots)],
        "InstanceIds": [],
        "AvailabilityZones": [],
        "EntryPoint": _service(first),
        "Revision": len(segments),
    }


def _any(everything: list[Segment], flag: str) -> bool:
    return any(part.get(flag) is True for part in everything)


def _annotations(everything: list[Segment]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for part in everything:
        for key, value in part.get("annotations", {}).items():
            told = {"AnnotationValue": {_kind(value): value}, "ServiceIds": []}
            if told not in found.setdefault(key, []):
                found[key].append(told)
    return found


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "BooleanValue"
    return "NumberValue" if isinstance(value, (int, float)) else "StringValue"


def _services(roots: list[Segment]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for root in roots:
        if (service := _service(root)) not in found:
            found.append(service)
    return found


def _service(root: Segment) -> dict[str, Any]:
    name = root["name"]
    kind = {"Type": root["origin"]} if "origin" in root else {}
    return {"Name": name, "Names": [name], "AccountId": ACCOUNT, **kind}


def _arns(roots: list[Segment]) -> list[str]:
    return sorted({root["resource_arn"] for root in roots if "resource_arn" in root})
