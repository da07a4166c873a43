"""CORS of buckets, as a browser asks (S3 User Guide, "Using cross-origin resource sharing")."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, unique
from tests.contracts.browser import changed, error, post, refused, v4

PAGE = "https://hr.example.com"
RULES = [
    {
        "AllowedOrigins": [PAGE, "http://*.localhost:3000"],
        "AllowedMethods": ["PUT", "POST"],
        "AllowedHeaders": ["Content-Type", "x-amz-*"],
        "ExposeHeaders": ["ETag", "x-amz-version-id"],
        "MaxAgeSeconds": 3000,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]},
]
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of "
    "Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers "
    "are not whitelisted by the resource's CORS spec."
)


@pytest.fixture(scope="module")
def bucket(account: Account) -> str:
    name = account.bucket()
    account.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": RULES})
    return name


def preflight(
    account: Account, bucket: str, origin: str = PAGE, method: str = "PUT", headers: str = ""
) -> httpx.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return httpx.options(f"{account.url}/{bucket}/k", headers=asked)


def allowance(answer: httpx.Response) -> dict[str, str]:
    """Return what an answer says of CORS, without the common beginning of the names."""
    start = "access-control-"
    return {
        name.removeprefix(start): value
        for name, value in answer.headers.items()
        if name.startswith(start) or name == "vary"
    }


def test_a_preflight_that_a_rule_allows(account: Account, bucket: str):
    answer = preflight(account, bucket, headers="content-type, X-Amz-Meta-User")
    assert (answer.status_code, answer.content) == (200, b"")
    assert allowance(answer) == {
        "allow-origin": PAGE,
        "allow-methods": "PUT, POST",
        "allow-headers": "content-type, x-amz-meta-user",
        "expose-headers": "ETag, x-amz-version-id",
        "max-age": "3000",
        "allow-credentials": "true",
        "vary": VARY,
    }


def test_a_rule_for_everybody(account: Account, bucket: str):
    answer = preflight(account, bucket, "https://elsewhere.example.com", "GET")
    assert allowance(answer) == {"allow-origin": "*", "allow-methods": "GET", "vary": VARY}


@pytest.mark.parametrize(
    ("origin", "method", "headers"),
    [
        ("https://elsewhere.example.com", "PUT", ""),
        (f"{PAGE}.evil.com", "PUT", ""),
        (PAGE, "DELETE", ""),
        (PAGE, "PUT", "content-type, authorization"),
        (PAGE, "GET", "x-amz-meta-user"),
        ("http://localhost:3000", "PUT", ""),
    ],
)
def test_a_preflight_that_no_rule_allows(
    account: Account, bucket: str, origin: str, method: str, headers: str
):
    answer = preflight(account, bucket, origin, method, headers)
    assert refused(answer) == (403, "AccessForbidden", NOT_ALLOWED)
    members = error(answer)
    assert (members["Method"], members["ResourceType"]) == (method, "OBJECT")
    assert allowance(answer) == {}


def test_an_origin_with_a_wildcard(account: Account, bucket: str):
    origin = "http://app.localhost:3000"
    assert allowance(preflight(account, bucket, origin))["allow-origin"] == origin


def test_a_bucket_without_rules(account: Account):
    bucket = account.bucket()
    message = "CORSResponse: CORS is not enabled for this bucket."
    assert refused(preflight(account, bucket)) == (403, "AccessForbidden", message)
    message = "CORSResponse: Bucket not found"
    assert refused(preflight(account, unique("b"))) == (403, "AccessForbidden", message)


def test_a_preflight_that_does_not_say_what_it_is_about(account: Account, bucket: str):
    url = f"{account.url}/{bucket}/k"
    message = "Insufficient information. Origin request header needed."
    assert refused(httpx.options(url)) == (400, "BadRequest", message)
    message = "Invalid Access-Control-Request-Method: "
    assert refused(httpx.options(url, headers={"Origin": PAGE})) == (400, "BadRequest", message)


def test_the_rules_of_now_count(account: Account):
    bucket = account.bucket()
    assert preflight(account, bucket).status_code == 403
    account.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    assert preflight(account, bucket).status_code == 200
    account.s3.delete_bucket_cors(Bucket=bucket)
    assert preflight(account, bucket).status_code == 403


def test_answers_say_what_a_page_may_read(account: Account, bucket: str):
    target = {"Bucket": bucket, "Key": "k"}
    url = v4(account).generate_presigned_url("put_object", target)
    allowed = httpx.put(url, content=b"x", headers={"Origin": PAGE})
    assert allowed.status_code == 200
    assert allowance(allowed) == {
        "allow-origin": PAGE,
        "allow-methods": "PUT, POST",
        "expose-headers": "ETag, x-amz-version-id",
        "max-age": "3000",
        "allow-credentials": "true",
        "vary": VARY,
    }
    for headers in ({"Origin": "https://elsewhere.example.com"}, {}):
        other = httpx.put(url, content=b"x", headers=headers)
        assert (other.status_code, allowance(other)) == (200, {})


def test_a_page_can_read_a_refusal(account: Account, bucket: str):
    url = v4(account).generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k"})
    answer = httpx.put(changed(url, X_Amz_Signature="x"), content=b"x", headers={"Origin": PAGE})
    assert refused(answer)[:2] == (403, "SignatureDoesNotMatch")
    assert allowance(answer)["allow-origin"] == PAGE
    missing = v4(account).generate_presigned_url("get_object", {"Bucket": bucket, "Key": "none"})
    answer = httpx.get(missing, headers={"Origin": PAGE})
    assert (answer.status_code, allowance(answer)["allow-origin"]) == (404, "*")


def test_a_form_from_a_page(account: Account, bucket: str):
    form = v4(account).generate_presigned_post(bucket, "k")
    asked = {"Origin": PAGE}
    files = {"file": ("a", b"x")}
    answer = httpx.post(form["url"], data=form["fields"], files=files, headers=asked)
    assert (answer.status_code, allowance(answer)["allow-origin"]) == (204, PAGE)
    assert allowance(post(form, b"x")) == {}


@pytest.mark.parametrize(
    ("rule", "code", "says"),
    [
        ({"AllowedMethods": ["PATCH"]}, "InvalidRequest", "Unsupported method is PATCH"),
        ({"AllowedOrigins": ["*.*"]}, "InvalidRequest", "more than one wildcard"),
        ({"AllowedHeaders": ["*-*"]}, "InvalidRequest", "more than one wildcard"),
        ({"ExposeHeaders": ["x-*"]}, "InvalidRequest", "do not support wildcard for ExposeHeader"),
    ],
)
def test_rules_that_s3_does_not_take(account: Account, rule: dict[str, Any], code: str, says: str):
    bucket = account.bucket()
    rules = [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], **rule}]
    with pytest.raises(ClientError, match=says) as raised:
        account.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    assert raised.value.response["Error"]["Code"] == code
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        account.s3.get_bucket_cors(Bucket=bucket)
