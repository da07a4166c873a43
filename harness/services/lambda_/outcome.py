"""How an invocation ended, and the exact payloads of its failures (aws-behaviour §1.12)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

RESPONSE_LIMIT = 6 * 1024 * 1024 + 100

_ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """status: "success", "error" or "timeout"; error_type: AWS's name, "" on success.

    kills: the sandbox cannot serve another invocation.
    """

    status: str
    payload: bytes
    error_type: str = ""
    kills: bool = False

    @property
    def failed(self) -> bool:
        return self.status != "success"

    @property
    def error_name(self) -> str:
        """Return what the error calls itself, "" on success: the runtime's header has no name."""
        if not self.failed:
            return ""
        try:
            name = orjson.loads(self.payload).get("errorType")
        except (orjson.JSONDecodeError, AttributeError):
            name = None
        return name[:_LONGEST_NAME] if isinstance(name, str) and name else self.error_type

    @property
    def error_message(self) -> str:
        """Return what the error says, "" on success or when it says nothing."""
        if not self.failed:
            return ""
        try:
            message = orjson.loads(self.payload).get("errorMessage")
        except (orjson.JSONDecodeError, AttributeError):
            message = None
        return message[:_LONGEST_NAME] if isinstance(message, str) else ""


def succeeded(payload: bytes) -> Outcome:
    return Outcome("success", payload)


def raised(payload: bytes, error_type: str) -> Outcome:
    """The runtime reported an error itself; its body is the answer."""
    return Outcome("error", payload, error_type)


def init_failed(payload: bytes, error_type: str) -> Outcome:
    """The runtime reported that it could not init, and exits."""
    return Outcome("error", payload, error_type, kills=True)


def timed_out(request_id: str, timeout_s: float) -> Outcome:
    message = f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds"
    return Outcome("timeout", _body("Sandbox.Timedout", message), "Sandbox.Timedout", kills=True)


def exited(request_id: str, return_code: int) -> Outcome:
    """The process ended; a negative code is the signal that ended it, as `subprocess` has it."""
    message = f"RequestId: {request_id} Error: {_exit_reason(return_code)}"
    return Outcome("error", _body("Runtime.ExitError", message), "Runtime.ExitError", kills=True)


def too_large() -> Outcome:
    message = (
        f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    )
    error_type = "Function.ResponseSizeTooLarge"
    return Outcome("error", _body(error_type, message), error_type, kills=True)


def truncated() -> Outcome:
    message = "The runtime's response broke off before its end"
    error_type = "Runtime.TruncatedResponse"
    return Outcome("error", _body(error_type, message), error_type, kills=True)


def known_error_type(error_type: str) -> str:
    """Return the error type as the platform's own records have it (aws-behaviour §1.4)."""
    if _ERROR_TYPE.fullmatch(error_type):
        return error_type
    return "Function.Unknown" if error_type.startswith("Function.") else "Runtime.Unknown"


def _exit_reason(return_code: int) -> str:
    if return_code == 0:
        return "Runtime exited without providing a reason"
    if return_code < 0:
        name = {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated"}.get(
            -return_code, str(-return_code)
        )
        return f"Runtime exited with error: signal: {name}"
    return f"Runtime exited with error: exit status {return_code}"


def _body(error_type: str, message: str) -> bytes:
    return orjson.dumps({"errorType": error_type, "errorMessage": message})
