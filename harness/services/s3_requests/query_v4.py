"""A presigned URL of signature version 4: its parameters, and when they may be used (pure).

Specification: aws-behaviour §7.5; wording of malformed parameters: docs/services/s3_requests.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import AwsError
from harness.services.s3_requests.credential import Credential, epoch, parse_credential, shown
from harness.services.s3_requests.refusals import denied

ALGORITHM = "AWS4-HMAC-SHA256"
SIGNATURE = "X-Amz-Signature"
_REQUIRED = (
    *("X-Amz-Algorithm", "X-Amz-Credential", SIGNATURE, "X-Amz-Date"),
    *("X-Amz-SignedHeaders", "X-Amz-Expires"),
)
_LONGEST_S = 604_800
_SKEW_S = 15 * 60
_MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
_CREDENTIAL = "Error parsing the X-Amz-Credential parameter; "

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Presigned:
    """signed_at: seconds since the epoch; lasts: seconds; token: "" without a session."""

    credential: Credential
    date: str
    signed_at: float
    lasts: int
    signed_headers: tuple[str, ...]
    signature: str
    token: str


def is_presigned_v4(parameters: Parameters) -> bool:
    return any(name in _REQUIRED for name, _ in parameters)


def parse(parameters: Parameters) -> Presigned:
    """Return what the URL says of its signature; raises `AwsError` as S3 does."""
    counted = Counter(name for name, _ in parameters)
    if any(counted[name] != 1 for name in _REQUIRED):
        raise _malformed(_MISSING)
    values = dict(parameters)
    if values["X-Amz-Algorithm"] != ALGORITHM:
        supported = '"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'
        raise _malformed(f"X-Amz-Algorithm only supports {supported}")
    signed_at = epoch(values["X-Amz-Date"])
    if signed_at is None:
        raise _malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    return Presigned(
        credential=_credential(values["X-Amz-Credential"], values["X-Amz-Date"]),
        date=values["X-Amz-Date"],
        signed_at=signed_at,
        lasts=_lasts(values["X-Amz-Expires"]),
        signed_headers=tuple(values["X-Amz-SignedHeaders"].lower().split(";")),
        signature=values[SIGNATURE],
        token=values.get("X-Amz-Security-Token", ""),
    )


def _credential(text: str, date: str) -> Credential:
    found = parse_credential(text)
    if found is None:
        expected = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"'
        raise _malformed(f"{_CREDENTIAL}the Credential is mal-formed; expecting {expected}.")
    if found.terminal != "aws4_request":
        wrong = f'incorrect terminal "{found.terminal}". This endpoint uses "aws4_request".'
        raise _malformed(_CREDENTIAL + wrong)
    if found.service != "s3":
        wrong = f'incorrect service "{found.service}". This endpoint belongs to "s3".'
        raise _malformed(_CREDENTIAL + wrong)
    if found.date != date[:8]:
        wrong = f'Invalid credential date "{found.date}". This date is not the same as X-Amz-Date: '
        raise _malformed(f'{wrong}"{date[:8]}".')
    return found


def _lasts(text: str) -> int:
    if not text.removeprefix("-").isdecimal() or not text.isascii():
        raise _malformed("X-Amz-Expires should be a number")
    if text.startswith("-"):
        raise _malformed("X-Amz-Expires must be non-negative")
    if len(text) > 12 or int(text) > _LONGEST_S:
        raise _malformed(
            "X-Amz-Expires must be less than a week (in seconds); "
            "that is, the given X-Amz-Expires must be less than 604800 seconds"
        )
    return int(text)


def refuse_untimely(presigned: Presigned, now: float) -> None:
    """Raise `AwsError` unless `now` lies between the URL's beginning and its end."""
    if presigned.signed_at - _SKEW_S > now:
        raise denied("Request is not yet valid")
    ends = presigned.signed_at + presigned.lasts
    if now >= ends:
        fields = {"X-Amz-Expires": str(presigned.lasts)}
        raise expired(ends, now, fields)


def expired(ends: float, now: float, fields: dict[str, str] | None = None) -> AwsError:
    more = {"Expires": shown(ends), "ServerTime": shown(now)}
    return denied("Request has expired", {**(fields or {}), **more})


def refuse_unsigned(presigned: Presigned, sent: Sequence[str]) -> None:
    """Raise `AwsError` when the host or a header of Amazon's is sent and not signed.

    sent: names of the request's headers, in lower case.
    """
    amazon = {name for name in sent if name.startswith("x-amz-")}
    if missing := sorted((amazon | {"host"}) - set(presigned.signed_headers)):
        message = "There were headers present in the request which were not signed"
        raise denied(message, {"HeadersNotSigned": ", ".join(missing)})


def refuse_other_region(presigned: Presigned, region: str) -> None:
    """Raise `AwsError` unless the URL was signed for `region`, the bucket's."""
    named = presigned.credential.region
    if named != region:
        raise AwsError(
            "AuthorizationQueryParametersError",
            f"{_CREDENTIAL}the region '{named}' is wrong; expecting '{region}'",
            400,
            {"Region": region},
        )


def _malformed(message: str) -> AwsError:
    return AwsError("AuthorizationQueryParametersError", message, 400)
