"""The policy of a browser form: what it allows to be uploaded, and until when (pure).

Specification: aws-behaviour §7.5.3; S3 API reference, "Creating a POST policy".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.errors import AwsError
from harness.services.s3_requests.refusals import denied

_NOT_COVERED = frozenset({"x-amz-signature", "signature", "awsaccesskeyid", "file", "policy"})
_RANGE = "content-length-range"


@dataclass(frozen=True, slots=True)
class Condition:
    """operator: "eq" or "starts-with"; field: its name in lower case; written: name as given."""

    operator: str
    field: str
    value: str
    written: str

    def holds(self, value: str | None) -> bool:
        if value is None:
            return self.operator == "starts-with" and not self.value
        if self.operator == "eq":
            return value == self.value
        if self.field == "content-type":  # several types are a list, and each of them must do
            return all(each.strip().startswith(self.value) for each in value.split(","))
        return value.startswith(self.value)

    def __str__(self) -> str:
        return json.dumps([self.operator, f"${self.written}", self.value], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many bytes a file may have, both included."""

    least: int = 0
    most: int = 5 * 1024**3  # of any upload in one request


@dataclass(frozen=True, slots=True)
class Policy:
    """ends: seconds since the epoch."""

    ends: float
    conditions: tuple[Condition, ...]
    sizes: Sizes


def parse_policy(text: str) -> Policy:
    """Return the policy that `text` is in base64; raises `AwsError` as S3 does."""
    try:
        document = json.loads(base64.b64decode(text, validate=True))
    except (ValueError, RecursionError):
        raise _invalid("Invalid JSON.") from None
    if not isinstance(document, dict):
        raise _invalid("Invalid JSON.")
    if "expiration" not in document:
        raise _invalid("Policy missing expiration.")
    listed = document.get("conditions")
    if not isinstance(listed, list):
        raise _invalid("Policy missing conditions.")
    read = [condition for entry in listed for condition in _conditions(entry)]
    sizes = [found for found in read if isinstance(found, Sizes)]
    return Policy(
        ends=_moment(document["expiration"]),
        conditions=tuple(found for found in read if isinstance(found, Condition)),
        sizes=Sizes(
            max((found.least for found in sizes), default=Sizes().least),
            min((found.most for found in sizes), default=Sizes().most),
        ),
    )


def _conditions(entry: Any) -> Iterator[Condition | Sizes]:
    if isinstance(entry, dict):
        for name, value in entry.items():
            yield Condition("eq", name.lower(), _value(value), name)
        return
    if not isinstance(entry, list) or len(entry) != 3 or not isinstance(entry[0], str):
        raise _invalid(f"Invalid Simple-Condition: {json.dumps(entry)}")
    operator, name, value = entry[0].lower(), entry[1], entry[2]
    if operator == _RANGE:
        yield Sizes(_size(name), _size(value))
    elif operator in ("eq", "starts-with") and isinstance(name, str) and name.startswith("$"):
        yield Condition(operator, name[1:].lower(), _value(value), name[1:])
    else:
        raise _invalid(f"Invalid Condition: {json.dumps(entry)}")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _invalid("Invalid Simple-Condition: value must be a string.")


def _size(value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise _invalid("Invalid content-length-range.")
    return int(text)


def _moment(value: Any) -> float:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.timestamp()
    except (TypeError, ValueError, OverflowError):
        raise _invalid(f"Invalid 'expiration' value: '{value}'") from None


def refuse_against_policy(
    policy: Policy, fields: Mapping[str, str], bucket: str, now: float
) -> None:
    """Raise `AwsError` unless the policy allows the form's fields at `now`."""
    if now >= policy.ends:
        raise _against("Policy expired.")
    known = {**fields, "bucket": bucket}
    for condition in policy.conditions:
        if not condition.holds(known.get(condition.field)):
            raise _against(f"Policy Condition failed: {condition}")
    covered = {condition.field for condition in policy.conditions} | _NOT_COVERED
    extra = [name for name in fields if not name.startswith("x-ignore-") and name not in covered]
    if extra:
        raise _against(f"Extra input fields: {', '.join(extra)}")


def too_small(size: int, sizes: Sizes) -> AwsError:
    message = "Your proposed upload is smaller than the minimum allowed size"
    fields = {"ProposedSize": str(size), "MinSizeAllowed": str(sizes.least)}
    return AwsError("EntityTooSmall", message, 400, fields)


def too_large(size: int, sizes: Sizes) -> AwsError:
    message = "Your proposed upload exceeds the maximum allowed size"
    fields = {"ProposedSize": str(size), "MaxSizeAllowed": str(sizes.most)}
    return AwsError("EntityTooLarge", message, 400, fields)


def _against(why: str) -> AwsError:
    return denied(f"Invalid according to Policy: {why}")


def _invalid(why: str) -> AwsError:
    return AwsError("InvalidPolicyDocument", f"Invalid Policy: {why}", 400)
