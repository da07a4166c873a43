"""A presigned URL of signature version 2: its parameters, and when they may be used (pure).

boto3 makes these by default in the regions that are as old as this version, Tokyo among them.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.call import Headers
from harness.errors import AwsError
from harness.services.s3_requests.query_v4 import Parameters, expired
from harness.services.s3_requests.refusals import denied

# The regions whose S3 takes version 2 (botocore's endpoints.json); those opened later never did.
_REGIONS = frozenset(
    {
        *("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "sa-east-1"),
        *("ap-southeast-1", "ap-southeast-2", "ap-northeast-1"),
    }
)
_REQUIRED = ("Signature", "Expires", "AWSAccessKeyId")


@dataclass(frozen=True, slots=True)
class PresignedV2:
    """ends: seconds since the epoch, as written and as a number; token: "" without a session."""

    key_id: str
    expires: str
    ends: float
    signature: str
    token: str


def is_presigned_v2(parameters: Parameters) -> bool:
    return any(name in ("Signature", "AWSAccessKeyId") for name, _ in parameters)


def parse_v2(parameters: Parameters) -> PresignedV2:
    """Return what the URL says of its signature; raises `AwsError` as S3 does."""
    values = dict(parameters)
    names = [name for name, _ in parameters]
    if any(names.count(name) != 1 for name in _REQUIRED):
        raise denied(
            "Query-string authentication requires the Signature, Expires and "
            "AWSAccessKeyId parameters"
        )
    expires = values["Expires"]
    if not (expires.isascii() and expires.isdecimal() and len(expires) <= 18):
        raise denied(f"Invalid date (should be seconds since epoch): {expires}")
    token = values.get("x-amz-security-token", "")
    key_id, signature = values["AWSAccessKeyId"], values["Signature"]
    return PresignedV2(key_id, expires, float(expires), signature, token)


def refuse_untimely_v2(presigned: PresignedV2, now: float) -> None:
    if now >= presigned.ends:
        raise expired(presigned.ends, now)


def refuse_v2_in(region: str) -> None:
    """Raise `AwsError` in a region whose S3 takes version 4 only."""
    if region not in _REGIONS:
        message = (
            "The authorization mechanism you have provided is not supported. "
            "Please use AWS4-HMAC-SHA256."
        )
        raise AwsError("InvalidRequest", message, 400)


def headers_in(parameters: Parameters, sent: Headers) -> Headers:
    """Return the headers that the URL carries as parameters, and that are not sent as well."""
    names = {name for name, _ in sent}
    return [
        (name, value)
        for name, value in parameters
        if name.startswith("x-amz-") and name not in names
    ]
