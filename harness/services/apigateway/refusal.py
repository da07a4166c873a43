"""The answers API Gateway gives by itself, in its words."""

from __future__ import annotations

from enum import Enum

import orjson

from harness.call import Reply


class Refusal(Enum):
    """(status, message) of HTTP APIs; those that AWS does not document are as clients report."""

    FORBIDDEN = (403, "Forbidden")
    NOT_FOUND = (404, "Not Found")
    BODY_TOO_LARGE = (413, "Request Entity Too Large")
    TOO_MANY_REQUESTS = (429, "Too Many Requests")
    HEADERS_TOO_LARGE = (431, "Request Header Fields Too Large")
    INTEGRATION_FAILED = (500, "Internal Server Error")
    INTEGRATION_UNAVAILABLE = (503, "Service Unavailable")


class RefusedError(Exception):
    """The gateway answers instead of the function; `reply` is that answer."""

    def __init__(self, refusal: Refusal) -> None:
        status, message = refusal.value
        super().__init__(message)
        self.reply = _json(status, message)


class NotEmulatedError(RefusedError):
    """The API is configured in a way that works on AWS and not here."""

    def __init__(self, what: str) -> None:
        super().__init__(Refusal.INTEGRATION_FAILED)
        self.reply = _json(501, f"Not emulated: {what}.")


def _json(status: int, message: str) -> Reply:
    body = orjson.dumps({"message": message})
    return Reply(status, [("content-type", "application/json")], body)
