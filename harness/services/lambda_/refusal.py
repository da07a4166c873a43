"""The errors of the Lambda API in its own words (aws-behaviour §2.3)."""

from __future__ import annotations

from harness.errors import AwsError

_USER = {"Type": "User"}
_SHOWN = 200
_REVISION = (
    "The RevisionId provided does not match the latest RevisionId for the Lambda function or "
    "alias. Call the GetFunction or the GetAlias API to retrieve the latest RevisionId for your "
    "resource."
)


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, 400, _USER)


def violation(value: object, path: str, constraint: str) -> str:
    """Return the sentence about one member; path: "environment.variables"."""
    shown = "null" if value is None else f"'{str(value)[:_SHOWN]}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def violated(*constraints: str) -> AwsError:
    """constraints: as `violation` returns them."""
    many = "errors" if len(constraints) > 1 else "error"
    detected = f"{len(constraints)} validation {many} detected: "
    return AwsError("ValidationException", detected + "; ".join(constraints), 400)


def mistyped(message: str) -> AwsError:
    """A member of the wrong JSON type."""
    return AwsError("SerializationException", message, 400, _USER)


def unreadable(message: str) -> AwsError:
    """A body or a header that is not what it should be at all."""
    return AwsError("InvalidRequestContentException", message, 400, _USER)


def missing(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404, _USER)


def no_function(arn: str) -> AwsError:
    return missing(f"Function not found: {arn}")


def conflict(message: str) -> AwsError:
    return AwsError("ResourceConflictException", message, 409, _USER)


def outdated_revision() -> AwsError:
    return AwsError("PreconditionFailedException", _REVISION, 412, _USER)


def too_large(limit: int, operation: str) -> AwsError:
    message = f"Request must be smaller than {limit} bytes for the {operation} operation"
    return AwsError("RequestTooLargeException", message, 413, _USER)


def throttled(reason: str, retry_after_s: int = 1) -> AwsError:
    """reason: AWS's, "ConcurrentInvocationLimitExceeded" and its kin."""
    fields, headers = {"Reason": reason, **_USER}, {"retry-after": str(retry_after_s)}
    return AwsError("TooManyRequestsException", "Rate Exceeded.", 429, fields, headers)


def not_emulated(what: str) -> AwsError:
    message = f"{what} is not emulated here (docs/services/lambda.md)"
    return AwsError("NotImplemented", message, 501, _USER)
