"""What a browser does with what the API hands it: URLs and forms that boto3 made, plain HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx
from botocore.auth import HmacV1Auth

from tests.contracts.account import Account

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
NO_SUCH_KEY = "The AWS Access Key Id you provided does not exist in our records."


def v4(account: Account, **options: Any) -> Any:
    """Return an S3 client that signs URLs by version 4; by default boto3 uses 2 in this region."""
    return account.client("s3", signature_version="s3v4", **options)


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    """Return status, code and message of a refusal, which must be one of S3's."""
    members = error(answer)
    assert members["RequestId"] == answer.headers["x-amz-request-id"]
    assert members["HostId"] == answer.headers["x-amz-id-2"]
    return answer.status_code, members["Code"], members["Message"]


def error(answer: httpx.Response) -> dict[str, str]:
    """Return the members of an error of S3."""
    root = ET.fromstring(answer.content)  # noqa: S314 - the endpoint's own answer
    assert root.tag == "Error", answer.text
    return {child.tag: child.text or "" for child in root}


def changed(url: str, **parameters: str | None) -> str:
    """Return the URL with other query parameters, `X_Amz_Date="…"`; None takes one out."""
    named = {name.replace("_", "-"): value for name, value in parameters.items()}
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **named}
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()


def in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def post(
    form: Mapping[str, Any], content: bytes, filename: str = "a.txt", **more: str
) -> httpx.Response:
    """Send a form that `generate_presigned_post` made; more: further fields, `_` for `-`."""
    fields = {**form["fields"], **{name.replace("_", "-"): text for name, text in more.items()}}
    return httpx.post(form["url"], data=fields, files={"file": (filename, content)})


def signed_policy(client: Any, bucket: str, document: Any, key: str = "k") -> dict[str, Any]:
    """Return a form whose policy is `document`, whatever that is, rightly signed.

    boto3 makes proper policies only; version 2 signs the bare text, as every signer does.
    """
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    policy = base64.b64encode(raw).decode()
    credentials = client._request_signer._credentials
    fields = {
        "key": key,
        "AWSAccessKeyId": credentials.access_key,
        "policy": policy,
        "signature": HmacV1Auth(credentials).sign_string(policy),
    }
    return {"url": client.generate_presigned_post(bucket, key)["url"], "fields": fields}


def policy(*conditions: Any, bucket: str, seconds: float = 60) -> dict[str, Any]:
    return {"expiration": in_seconds(seconds), "conditions": [{"bucket": bucket}, *conditions]}


def raw_form(parts: Sequence[tuple[str, bytes]], boundary: str = "x") -> tuple[bytes, str]:
    """Return (body, content type) of a form; a part is its disposition and its content."""
    body = b"".join(
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n"
        % (boundary.encode(), head.encode(), content)
        for head, content in parts
    )
    end = f"--{boundary}--\r\n".encode()
    return body + end, f"multipart/form-data; boundary={boundary}"
