"""How a request names a function: name, `name:qualifier`, partial ARN or ARN (aws-behaviour §2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from harness.aws import ACCOUNT
from harness.call import Call
from harness.errors import AwsError
from harness.services.lambda_.refusal import invalid, missing, violated, violation

_REFERENCE = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]{1,64})(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]{1,128}))?"
)
_AWS_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?"
    r"(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
_QUALIFIER = re.compile(r"\$LATEST|[a-zA-Z0-9-_]{1,128}")


@dataclass(frozen=True, slots=True)
class Reference:
    """qualifier: "" when none was given; region, account: "" when not named."""

    name: str
    qualifier: str
    region: str = ""
    account: str = ""


def parse_reference(text: str) -> tuple[str, str]:
    """Return (name, qualifier) of a function name, partial ARN or ARN (percent-encoded or not)."""
    found = _parsed(text)
    return found.name, found.qualifier


def _parsed(text: str) -> Reference:
    decoded = unquote(text)
    match = _REFERENCE.fullmatch(decoded)
    if not match:
        pattern = f"Member must satisfy regular expression pattern: {_AWS_PATTERN}"
        raise violated(violation(decoded, "functionName", pattern))
    return Reference(
        match["name"], match["qualifier"] or "", match["region"] or "", match["account"] or ""
    )


def reference(call: Call, region: str) -> tuple[str, str]:
    """Return (name, qualifier) of the function that a call is about.

    The qualifier may be part of the name or a parameter; both must be the same. Raises `AwsError`
    for a name that is none, and for a function elsewhere.
    """
    found = _parsed(call.path.split("/")[3])
    if found.region not in ("", region):
        where = f"Functions from '{found.region}' are not reachable in this region ('{region}')"
        raise missing(where)
    if found.account not in ("", ACCOUNT):
        raise _denied(call.operation, found)
    return found.name, _agreed(found.qualifier, call.parameters().get("Qualifier", ""))


def _agreed(named: str, given: str) -> str:
    if given and not _QUALIFIER.fullmatch(given):
        pattern = r"Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)"
        raise violated(violation(given, "qualifier", pattern))
    if named and given and named != given:
        raise invalid(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return named or given


def unqualified(call: Call, region: str) -> str:
    """Return the name of the function; raises `AwsError` when a version or an alias is named."""
    name, qualifier = reference(call, region)
    if qualifier:
        raise invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not "
            "support this operation. Please specify either a function name or an unqualified "
            "function ARN."
        )
    return name


def _denied(operation: str, found: Reference) -> AwsError:
    user = f"arn:aws:iam::{ACCOUNT}:root"
    resource = f"arn:aws:lambda:{found.region}:{found.account}:function:{found.name}"
    message = (
        f"User: {user} is not authorized to perform: lambda:{operation} on resource: {resource}"
    )
    return AwsError("AccessDeniedException", message, 403, {"Type": "User"})
