"""Tokens of CloudWatch Logs: where to go on reading, kept by the client."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from harness.errors import AwsError
from harness.services.logs.events import Position

Item = TypeVar("Item")
_POSITION = re.compile(r"([fb])/(\d{20})(\d{36})(?:/s)?")
_LARGEST = 2**63 - 1


def event_id(position: Position) -> str:
    """Return an event's id: 56 digits that sort as the events do."""
    return f"{position.time:020d}{position.id:036d}"


def token(direction: str, position: Position, suffix: str = "") -> str:
    """Return a token; direction: "f" for what comes after, "b" for what comes before."""
    return f"{direction}/{event_id(position)}{suffix}"


def parse(given: str) -> tuple[str, Position]:
    """Return direction and position of a token; raises `AwsError` for what is none."""
    found = _POSITION.fullmatch(given)
    if not found or int(found[2]) > _LARGEST or int(found[3]) > _LARGEST:
        raise invalid()
    return found[1], Position(int(found[2]), int(found[3]))


def invalid() -> AwsError:
    return AwsError("InvalidParameterException", "The specified nextToken is invalid.")


def page(items: Sequence[Item], given: str | None, size: int) -> tuple[Sequence[Item], str | None]:
    """Return the items of a page of a list and the token of the next one, None after the last."""
    if given and not (given.isascii() and given.isdigit()):
        raise invalid()
    start = int(given or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None
