"""The harness's errors.

    HarnessError                 a user can act on it: one line, what happened and what to do
    AwsError                     an AWS error answer; rendered where the wire is spoken
    UnansweredError              a client gets no answer, or no more of it
        HangUpError              its connection is closed
        SilentError              its connection stays open, and nothing comes

`HarnessError` ends a command with its `exit_code` and no traceback.
"""

from __future__ import annotations

from collections.abc import Mapping


class HarnessError(Exception):
    """Something a user can act on; the message says what happened and what to do."""

    exit_code = 1


class UsageError(HarnessError):
    """The command cannot be carried out as given."""

    exit_code = 2


class EnvironmentFailedError(HarnessError):
    """The environment could not start or is not running."""

    exit_code = 4


class AwsError(Exception):
    """An error as AWS answers it.

    fields: further members of the answer, by AWS's names (`{"Reason": …, "Type": "User"}`).
    headers: further headers of the answer, names in lower case.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


class UnansweredError(ConnectionError):
    """A client is to get no (further) answer.

    status: what the call ended with that was carried out all the same; 0 when it was not.
    """

    def __init__(self, status: int = 0) -> None:
        super().__init__("left without an answer")
        self.status = status


class HangUpError(UnansweredError):
    """The server closes the connection."""


class SilentError(UnansweredError):
    """The server leaves the connection open until the client gives up."""
