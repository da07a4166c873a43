"""How each service says that there are too many calls, and that it failed (pure).

Codes and statuses are those of the service models and API references; Lambda alone says when to
come back. `tests/harness/injection/test_service_errors.py` compares them with botocore's models.
"""

from __future__ import annotations

from harness.errors import AwsError

_RATE = "Rate exceeded"
# By signing name: code, message, status.
_THROTTLED = {
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "bedrock": (
        "ThrottlingException",
        "Too many requests, please wait before trying again.",
        429,
    ),
    "lambda": ("TooManyRequestsException", "Rate Exceeded.", 429),
    "sqs": ("RequestThrottled", "Request is throttled.", 400),
    "sns": ("Throttled", _RATE, 429),
    "monitoring": ("Throttling", _RATE, 400),
    "sts": ("Throttling", _RATE, 400),
    "iam": ("Throttling", _RATE, 400),
    "cloudformation": ("Throttling", _RATE, 400),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "xray": ("ThrottledException", _RATE, 429),
    "apigateway": ("TooManyRequestsException", "Too Many Requests", 429),
    "execute-api": ("TooManyRequestsException", "Too Many Requests", 429),
}
_INTERNAL = {
    "s3": ("InternalError", "We encountered an internal error. Please try again.", 500),
    "bedrock": ("InternalServerException", "The system encountered an unexpected error.", 500),
    "lambda": ("ServiceException", "The service encountered an internal error.", 500),
    "secretsmanager": ("InternalServiceError", "An error occurred on the server side.", 500),
    "sns": ("InternalError", "The request processing has failed.", 500),
    "events": ("InternalException", "An internal error occurred.", 500),
    "monitoring": ("InternalServiceError", "An internal error occurred.", 500),
    "ec2": ("InternalError", "An internal error has occurred.", 500),
    "execute-api": ("InternalServerErrorException", "Internal Server Error", 500),
}


def throttled(service: str) -> AwsError:
    """Return what a service of this signing name answers to too many calls."""
    error = AwsError(*_THROTTLED.get(service, ("ThrottlingException", _RATE, 400)))
    if service == "lambda":
        error.fields |= {"Reason": "CallerRateLimitExceeded", "Type": "User"}
        error.headers["retry-after"] = "1"
    return error


def internal(service: str) -> AwsError:
    """Return what a service answers when it failed itself."""
    message = "The request processing has failed because of an unknown error."
    return AwsError(*_INTERNAL.get(service, ("InternalFailure", message, 500)))
