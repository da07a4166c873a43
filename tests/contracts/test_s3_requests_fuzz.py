"""Malformed URLs, forms and preflights: S3's error in S3's XML, and the endpoint lives on."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.account import Account
from tests.contracts.browser import raw_form, v4
from tests.contracts.wire import Wire, connected

FUZZED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
# The control plane repeats a key that it does not find, and XML has no form for some characters.
KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), max_size=12)
NAMES = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature"]
NAMES += ["X-Amz-SignedHeaders", "X-Amz-Security-Token", "Signature", "Expires", "AWSAccessKeyId"]
NAMES += ["x-amz-security-token", "partNumber", "uploadId", "versionId", "response-expires", "cors"]
ODD = ["AWS4-HMAC-SHA256", "20261125T000000Z", "99991231T235959Z", "00000101T000000Z", "0", "-0"]
ODD += ["A/20261125/ap-northeast-1/s3/aws4_request", "////", "host;host", ";", "604800", "１"]
VALUES = TEXT | st.sampled_from(ODD)
FIELDS = ["key", "policy", "file", "x-amz-credential", "x-amz-signature", "x-amz-date", "signature"]
FIELDS += ["x-amz-algorithm", "AWSAccessKeyId", "tagging", "acl", "success_action_redirect", "\0"]


@pytest.fixture(scope="module")
def bucket(account: Account) -> str:
    return account.bucket()


@pytest.fixture(scope="module")
def wire(account: Account) -> Iterator[Wire]:
    with connected(account.url, {}) as wire:
        yield wire


def check(wire: Wire, method: str) -> None:
    """The answer is one of S3's, and the next request goes over the same connection."""
    answer = wire.answer(method)
    content: bytes = answer.content
    assert answer.status < 500 or answer.status == 501, content
    if answer.status >= 400 and content:
        root = ET.fromstring(content)  # noqa: S314 - the endpoint's own answer
        assert root.tag == "Error"
        assert root.findtext("Code")
        assert root.findtext("RequestId")
        assert root.findtext("HostId")


def test_any_parameters_of_a_url(account: Account, bucket: str, wire: Wire):
    good = v4(account).generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
    proper = parse_qsl(urlsplit(good).query)
    some = st.lists(st.tuples(st.sampled_from(NAMES) | TEXT, VALUES), max_size=4)
    kept = st.lists(st.sampled_from(proper), max_size=8) | st.just(proper)

    @FUZZED
    @given(st.sampled_from(["GET", "PUT", "HEAD", "DELETE"]), kept, some, KEYS)
    def fuzz(
        method: str, kept: list[tuple[str, str]], some: list[tuple[str, str]], key: str
    ) -> None:
        query = urlencode([*kept, *some])
        wire.request(f"{method} /{bucket}/k{quote(key)}?{query}")
        check(wire, method)

    fuzz()


def test_a_query_that_is_not_text(bucket: str, wire: Wire):
    for query in ("X-Amz-Signature=%ff%00%0d%0a", "X-Amz-Signature", "Signature=%&Expires=%zz"):
        for path in (f"/{bucket}/k", f"/{bucket}/%ff%00", f"/{bucket}", "/", "//"):
            wire.request(f"GET {path}?{query}")
            check(wire, "GET")


def test_any_form(account: Account, bucket: str):
    parts = st.lists(
        st.tuples(
            st.sampled_from(FIELDS).map(lambda name: f'name="{name}"')
            | st.just('name="file"; filename="../a\\b"')
            | TEXT.filter(lambda text: "\r" not in text and "\n" not in text),
            st.binary(max_size=40) | TEXT.map(str.encode),
        ),
        max_size=8,
    )
    cuts = st.integers(0, 60)

    with connected(account.url, {"Content-Type": "multipart/form-data; boundary=x"}) as wire:

        @FUZZED
        @given(parts, cuts)
        def fuzz(parts: list[tuple[str, bytes]], cut: int) -> None:
            body, _ = raw_form(parts)
            wire.request(f"POST /{bucket}", body=body[: len(body) - cut])
            check(wire, "POST")

        fuzz()


def test_any_content_type_of_a_form(account: Account, bucket: str):
    body, _ = raw_form([('name="key"', b"k"), ('name="file"', b"x")])
    for content_type in ("multipart/form-data; boundary=", 'multipart/form-data; boundary="', "x"):
        with connected(account.url, {"Content-Type": content_type}) as wire:
            wire.request(f"POST /{bucket}", body=body)
            check(wire, "POST")


def test_any_preflight(account: Account, bucket: str):
    rules = [{"AllowedOrigins": ["http://*.b"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}]
    account.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)

    @settings(FUZZED, max_examples=25)
    @given(values, values, values)
    def fuzz(origin: str, method: str, headers: str) -> None:
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        }
        with connected(account.url, asked) as wire:
            wire.request(f"OPTIONS /{bucket}/k")
            check(wire, "OPTIONS")

    fuzz()


def test_any_configuration_of_cors(account: Account, bucket: str):
    with connected(account.url, account.signed("s3")) as wire:

        @settings(FUZZED, max_examples=25)
        @given(st.binary(max_size=40) | st.just(b"<CORSConfiguration><CORSRule/>"))
        def fuzz(body: bytes) -> None:
            wire.request(f"PUT /{bucket}?cors", body=body)
            check(wire, "PUT")

        fuzz()
