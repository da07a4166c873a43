"""A denied call in the words and codes of the service that was asked (pure).

Every service says `User: … is not authorized to perform: … on resource: …`, and each has its own
error code, status and habits of quoting (aws-behaviour §10.3; what was observed of each).
"""

from __future__ import annotations

from harness.call import Call
from harness.errors import AwsError
from harness.iam.actions.asked import Asked
from harness.iam.caller import Caller
from harness.iam.evaluate import Reason

# Services of the JSON 1.0 and 1.1 protocols refuse with 400, all others with 403.
_BAD_REQUEST = frozenset(
    {"dynamodb", "events", "kms", "logs", "secretsmanager", "ssm", "states", "ecr"}
)
_CODES = {
    "s3": "AccessDenied",
    "sqs": "AccessDenied",
    "sns": "AuthorizationError",
    "iam": "AccessDenied",
    "sts": "AccessDenied",
    "monitoring": "AccessDenied",
    "ec2": "UnauthorizedOperation",
}


def refusal(call: Call, caller: Caller, asked: Asked, reason: Reason) -> AwsError:
    """Return the error that answers `call`, for which `asked` was not allowed."""
    code = _CODES.get(call.service, "AccessDeniedException")
    status = 400 if call.service in _BAD_REQUEST else 403
    return AwsError(code, _message(call.service, caller, asked, reason), status)


def _message(service: str, caller: Caller, asked: Asked, reason: Reason) -> str:
    action = _written(service, asked.action)
    resource = asked.shown or asked.resource or "*"
    shown = f'"{resource}"' if service == "s3" else resource
    why = reason.value.format(action=action)
    text = f"User: {caller.arn} is not authorized to perform: {action}"
    if service == "ec2":
        return f"You are not authorized to perform this operation. {text} {why}"
    return f"{text} on resource: {shown} {why}"


def _written(service: str, action: str) -> str:
    """Return the action as the service writes it: SQS in lower case, SNS with a prefix in upper."""
    prefix, _, name = action.partition(":")
    if service == "sqs":
        return action.lower()
    return f"SNS:{name}" if service == "sns" else f"{prefix}:{name}"


def expired(call: Call) -> AwsError:
    """Return the error for credentials whose session has ended."""
    if call.service == "s3":
        return AwsError("ExpiredToken", "The provided token has expired.", 400)
    message = "The security token included in the request is expired"
    status = 400 if call.service in _BAD_REQUEST else 403
    code = "ExpiredToken" if call.service in _CODES else "ExpiredTokenException"
    return AwsError(code, message, status)
