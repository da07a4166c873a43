"""S3's refusals of credentials and signatures, which all ways to sign a request share (pure)."""

from __future__ import annotations

import hmac

from harness.errors import AwsError
from harness.iam.secret_keys import SecretKey

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)


def usable(key_id: str, secret: SecretKey | None, token: str, now: float) -> SecretKey:
    """Return the secret of a key that may sign at `now`; raises `AwsError` as S3 does.

    token: what the request names as its session's, "" without one.
    """
    if secret is None:
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise AwsError("InvalidAccessKeyId", message, 403, {"AWSAccessKeyId": key_id})
    if not hmac.compare_digest(secret.token.encode(), token.encode()):
        message = "The provided token is malformed or otherwise invalid."
        raise AwsError("InvalidToken", message, 400, {"Token-0": token})
    if now >= secret.ends:
        message = "The provided token has expired."
        raise AwsError("ExpiredToken", message, 400, {"Token-0": token})
    return secret


def insist_on(expected: str, given: str, key_id: str, signed: str, canonical: str = "") -> None:
    """Raise `AwsError` SignatureDoesNotMatch unless `given` is `expected`.

    signed: the string to sign; canonical: the canonical request, which version 2 does not have.
    """
    if hmac.compare_digest(expected.encode(), given.encode()):
        return
    fields = {
        "AWSAccessKeyId": key_id,
        "StringToSign": signed,
        "SignatureProvided": given,
        "StringToSignBytes": _bytes(signed),
    }
    if canonical:
        fields |= {"CanonicalRequest": canonical, "CanonicalRequestBytes": _bytes(canonical)}
    raise AwsError("SignatureDoesNotMatch", _MISMATCH, 403, fields)


def denied(message: str, fields: dict[str, str] | None = None) -> AwsError:
    return AwsError("AccessDenied", message, 403, fields)


def _bytes(text: str) -> str:
    return text.encode().hex(" ")
