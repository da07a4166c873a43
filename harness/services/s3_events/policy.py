"""Does a resource policy let S3 use a destination for a bucket? (pure; aws-behaviour §5.6.7-8)

The policies of functions, queues and topics are one language. What S3 asks is fixed: the principal
`s3.amazonaws.com`, one action, the bucket's ARN and account as conditions. A condition operator or
key that is not known here does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from harness.aws import ACCOUNT

PRINCIPAL = "s3.amazonaws.com"


def permits(policy: Mapping[str, Any], action: str, resource: str, bucket: str) -> bool:
    """Tell whether S3 may do `action` ("SQS:SendMessage") on `resource` for `bucket`."""
    effects = {
        str(statement.get("Effect"))
        for statement in _statements(policy)
        if _applies(statement, action, resource, bucket)
    }
    return "Allow" in effects and "Deny" not in effects


def _statements(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (found for found in _listed(policy.get("Statement")) if isinstance(found, Mapping))


def _applies(statement: Mapping[str, Any], action: str, resource: str, bucket: str) -> bool:
    return (
        _names_s3(statement.get("Principal"))
        and any(
            _fits(action.lower(), str(name).lower()) for name in _listed(statement.get("Action"))
        )
        and any(_fits(resource, str(name)) for name in _listed(statement.get("Resource")))
        and all(_hold(statement.get("Condition", {}), bucket))
    )


def _names_s3(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        everybody = "*" in _listed(principal.get("AWS"))
        return everybody or bool({"*", PRINCIPAL} & {*map(str, _listed(principal.get("Service")))})
    return principal in ("*", PRINCIPAL)


def _hold(conditions: Any, bucket: str) -> Iterator[bool]:
    """Yield for each condition whether it holds; within one, any of its values is enough."""
    context = _context(bucket)
    for operator, operands in _items(conditions):
        for key, wanted in _items(operands):
            value = context.get(key.lower())
            yield _holds_absent(operator) if value is None else _compare(operator, value, wanted)


def _context(bucket: str) -> dict[str, str]:
    return {
        "aws:sourcearn": f"arn:aws:s3:::{bucket}",
        "aws:sourceaccount": ACCOUNT,
        "aws:principalservicename": PRINCIPAL,
        "aws:principalisawsservice": "true",
        "aws:securetransport": "true",
    }


def _items(value: Any) -> Iterable[tuple[str, Any]]:
    """Return the members of an object; of anything else one that no request has."""
    return value.items() if isinstance(value, Mapping) else [("", {"": None})]


def _holds_absent(operator: str) -> bool:
    return "Not" in operator or operator.endswith("IfExists")


def _compare(operator: str, value: str, wanted: Any) -> bool:
    compare = _OPERATORS.get(operator.removesuffix("IfExists").replace("Not", "", 1))
    if compare is None:
        return False
    return any(compare(value, str(one)) for one in _listed(wanted)) != ("Not" in operator)


def _fits(value: str, pattern: str) -> bool:
    # Policies know * and ? only; fnmatch's brackets are ordinary characters in them.
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _equal_but_for_case(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": _equal_but_for_case,
    "StringLike": _fits,
    "ArnEquals": _fits,
    "ArnLike": _fits,
    "Bool": _equal_but_for_case,
}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
