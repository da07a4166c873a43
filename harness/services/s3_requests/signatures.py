"""Signatures as botocore makes them, over a request as it arrived (pure).

Imported when the first signature is looked at: botocore's signers take a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from botocore.auth import HmacV1Auth, S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from harness.call import Call, Headers
from harness.services.s3_requests.credential import Credential
from harness.services.s3_requests.query_v2 import PresignedV2, headers_in
from harness.services.s3_requests.query_v4 import SIGNATURE, Parameters, Presigned


@dataclass(frozen=True, slots=True)
class Expected:
    """The right signature with what it was made over; canonical: "" in version 2."""

    signature: str
    string_to_sign: str
    canonical: str = ""


class _Arrived(S3SigV4QueryAuth):  # type: ignore[misc]
    """Signs exactly the headers that it is given."""

    def headers_to_sign(self, request: Any) -> Any:
        return request.headers


class _WithExpires(HmacV1Auth):  # type: ignore[misc]
    """Signs the end of a URL where a signed header has the date."""

    def __init__(self, credentials: Credentials, expires: str) -> None:
        super().__init__(credentials)
        self._expires = expires

    def _get_date(self) -> str:
        return self._expires


def version_4(call: Call, parameters: Parameters, presigned: Presigned, secret: str) -> Expected:
    """Return the signature that the URL of `call` must have."""
    request = AWSRequest(
        method=call.method,
        url=quote(unquote_to_bytes(_path(call)), safe="/-._~"),
        params=[(name, value) for name, value in parameters if name != SIGNATURE],
    )
    request.headers = _headers(_signed(call, presigned.signed_headers))
    request.context["timestamp"] = presigned.date
    credential = presigned.credential
    auth = _Arrived(Credentials(credential.key_id, secret), "s3", credential.region)
    canonical = auth.canonical_request(request)
    string = auth.string_to_sign(request, canonical)
    return Expected(auth.signature(string, request), string, canonical)


def version_2(call: Call, parameters: Parameters, presigned: PresignedV2, secret: str) -> Expected:
    """Return the signature that the URL of `call` must have."""
    auth = _WithExpires(Credentials(presigned.key_id, secret), presigned.expires)
    headers = _headers([*call.headers, *headers_in(parameters, call.headers)])
    split = urlsplit(f"{call.path}?{call.query}")
    string = auth.canonical_string(call.method, split, headers)
    return Expected(auth.sign_string(string), string)


def of_policy_v4(policy: str, credential: Credential, secret: str) -> str:
    """Return the signature of a form's policy (in base64) of signature version 4."""
    request = AWSRequest()
    request.context["timestamp"] = f"{credential.date}T000000Z"
    auth = S3SigV4PostAuth(Credentials(credential.key_id, secret), "s3", credential.region)
    return str(auth.signature(policy, request))


def of_policy_v2(policy: str, key_id: str, secret: str) -> str:
    """Return the signature of a form's policy (in base64) of signature version 2."""
    return str(HmacV1Auth(Credentials(key_id, secret)).sign_string(policy))


def _path(call: Call) -> str:
    """Return the path as it was sent: without the bucket that the host names."""
    if not call.virtual_host:
        return call.path
    return "/" + call.path.removeprefix("/").partition("/")[2]


def _signed(call: Call, names: Iterable[str]) -> Headers:
    """Return the signed headers as they arrived; one that is missing is empty."""
    sent: dict[str, list[str]] = {}
    for name, value in call.headers:
        sent.setdefault(name, []).append(value)
    if call.virtual_host:
        sent["host"] = [call.virtual_host]
    return [(name, value) for name in dict.fromkeys(names) for value in sent.get(name, [""])]


def _headers(headers: Headers) -> Any:
    collected = HTTPHeaders()
    for name, value in headers:
        collected.add_header(name, _text(value))
    return collected


def _text(value: str) -> str:
    """Return a header's text: HTTP carries bytes, read as Latin-1, and signers meant UTF-8."""
    return value.encode("latin-1", "replace").decode(errors="replace")
