"""Tokens of paged answers: they say where to go on and keep nothing here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from harness.errors import AwsError

Item = TypeVar("Item")


def token(operation: str, position: int) -> str:
    return base64.urlsafe_b64encode(f"{operation}:{position}".encode()).decode()


def position(token: str | None, operation: str) -> int:
    """Return where a token says to go on, 0 without one; raises `AwsError` InvalidNextToken."""
    if not token:
        return 0
    try:
        name, _, number = base64.urlsafe_b64decode(token).decode().rpartition(":")
    except (binascii.Error, ValueError):
        name, number = "", ""
    if name != operation or not (number.isascii() and number.isdigit()):
        raise AwsError("InvalidNextToken", "The next token specified is invalid.")
    return int(number)


def page(
    items: Sequence[Item], given: str | None, size: int, operation: str
) -> tuple[Sequence[Item], str | None]:
    """Return the items of a page and the token of the next one, None after the last."""
    start = position(given, operation)
    end = start + size
    return items[start:end], token(operation, end) if end < len(items) else None
