"""GetLogEvents and FilterLogEvents: reading a stream back and forth, searching a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import AwsError
from harness.services.logs.events import MOST_LOOKED_AT, Event, LogEvents, Position, Span
from harness.services.logs.page import event_id, parse, token
from harness.services.logs.patterns.pattern import compile_pattern

_LAST = 2**62
_BEFORE_ALL, _AFTER_ALL = Position(0, 0), Position(_LAST, _LAST)


async def get_log_events(
    request: Mapping[str, Any], group: str, events: LogEvents
) -> dict[str, Any]:
    """Return a page of one stream in order of time, with the tokens of its two neighbours.

    At an end of the stream the token for that direction is the one that was passed in.
    """
    direction, position = _asked_direction(request)
    span = Span(
        group,
        request.get("startTime", 0),
        request.get("endTime", _LAST) - 1,  # this end is not included
        position,
        (request["logStreamName"],),
        backward=direction == "b",
    )
    page = await events.search(span, lambda _message: True, request.get("limit", MOST_LOOKED_AT))
    found = sorted(page.events)
    before, after = _neighbours(direction, position)
    return {
        "events": [_output(event) for event in found],
        "nextForwardToken": token("f", found[-1].position if found else after, "/s"),
        "nextBackwardToken": token("b", found[0].position if found else before, "/s"),
    }


def _asked_direction(request: Mapping[str, Any]) -> tuple[str, Position]:
    if given := request.get("nextToken"):
        return parse(given)
    return ("f", _BEFORE_ALL) if request.get("startFromHead") else ("b", _AFTER_ALL)


def _neighbours(direction: str, position: Position) -> tuple[Position, Position]:
    """Return where to go on backward and forward when nothing lies in a direction."""
    if direction == "f":
        return Position(position.time, position.id + 1), position
    if position == _AFTER_ALL:
        return position, _BEFORE_ALL  # there is nothing at all yet
    return position, Position(position.time, max(position.id - 1, 0))


def _output(event: Event) -> dict[str, Any]:
    return {"timestamp": event.time, "message": event.message, "ingestionTime": event.ingested}


async def filter_log_events(
    request: Mapping[str, Any], group: str, events: LogEvents
) -> dict[str, Any]:
    """Return a page of what matches a pattern in a group, interleaved in order of time.

    A page ends after as many events, or as much text, as AWS looks at; it may be empty and still
    have a token. After the last one there is none.
    """
    if "logStreamNames" in request and "logStreamNamePrefix" in request:
        message = "LogStreamNamePrefix and LogStreamNames are mutually exclusive."
        raise AwsError("InvalidParameterException", message)
    matches = compile_pattern(request.get("filterPattern", ""))
    span, limit = _searched(request, group), request.get("limit", MOST_LOOKED_AT)
    page = await events.search(span, lambda message: matches(message) is not None, limit)
    direction = "b" if span.backward else "f"
    return {
        "events": [_filtered(event) for event in page.events],
        "searchedLogStreams": [],
        "nextToken": token(direction, page.following) if page.following else None,
    }


def _searched(request: Mapping[str, Any], group: str) -> Span:
    start, end = request.get("startTime", 0), request.get("endTime", _LAST)
    if start > end:
        raise AwsError("InvalidParameterException", "startTime must not be later than endTime")
    backward, after = not request.get("startFromHead", True), None
    if given := request.get("nextToken"):
        direction, after = parse(given)
        backward = direction == "b"
    streams, prefix = request.get("logStreamNames", ()), request.get("logStreamNamePrefix", "")
    return Span(group, start, end, after, streams, prefix, backward)


def _filtered(event: Event) -> dict[str, Any]:
    return {
        "logStreamName": event.stream,
        "timestamp": event.time,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": event_id(event.position),
    }
