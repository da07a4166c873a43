from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from harness.call import Call
from harness.services.s3_requests.query_v2 import parse_v2
from harness.services.s3_requests.query_v4 import parse
from harness.services.s3_requests.signatures import version_2, version_4

KEY_ID, SECRET = "AKIAEXAMPLE", "secret"
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
VALUES = st.from_regex(r"[!-~]([ -~]{0,10}[!-~])?", fullmatch=True)


def client(version: str) -> Any:
    return boto3.client(
        "s3",
        region_name="ap-northeast-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(signature_version=version, s3={"addressing_style": "path"}),
    )


V4, V2 = client("s3v4"), client("s3")


def arrived(url: str, headers: dict[str, str], method: str = "PUT") -> Call:
    parts = urlsplit(url)
    sent = [("host", parts.netloc), *headers.items()]
    return Call("s3", "", method, parts.path, parts.query, sent)


def is_right(call: Call, *, version: int) -> bool:
    parameters = parse_qsl(call.query, keep_blank_values=True)
    if version == 4:
        presigned = parse(parameters)
        return version_4(call, parameters, presigned, SECRET).signature == presigned.signature
    old = parse_v2(parameters)
    return version_2(call, parameters, old, SECRET).signature == old.signature


@given(KEYS, VALUES, VALUES)
def test_whatever_boto3_signs_is_right(key: str, content_type: str, value: str):
    target = {"Bucket": "b", "Key": key, "ContentType": content_type, "Metadata": {"a": value}}
    headers = {"content-type": content_type, "x-amz-meta-a": value}
    for version, signer in ((4, V4), (2, V2)):
        url = signer.generate_presigned_url("put_object", target)
        call = arrived(url, headers if version == 4 else {"content-type": content_type})
        assert is_right(call, version=version)
        call.method = "GET"
        assert not is_right(call, version=version)


def test_a_header_that_version_2_has_in_the_url_may_be_sent_too():
    target = {"Bucket": "b", "Key": "k", "Metadata": {"a": "b"}}
    url = V2.generate_presigned_url("put_object", target)
    assert is_right(arrived(url, {"x-amz-meta-a": "b"}), version=2)
    assert not is_right(arrived(url, {"x-amz-meta-a": "c"}), version=2)


@given(KEYS, KEYS)
def test_another_key_is_wrong(key: str, other: str):
    for version, signer in ((4, V4), (2, V2)):
        call = arrived(signer.generate_presigned_url("put_object", {"Bucket": "b", "Key": key}), {})
        call.path = f"/b/{quote(other)}"
        assert is_right(call, version=version) == (key == other)


@pytest.mark.parametrize("path", ["/b/a b", "/b/a%20b", "/b/a%20%62"])
def test_a_path_may_be_written_in_several_ways(path: str):
    call = arrived(V4.generate_presigned_url("put_object", {"Bucket": "b", "Key": "a b"}), {})
    call.path = path
    assert is_right(call, version=4)


def test_the_host_that_named_the_bucket_was_signed():
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    virtual = boto3.client(
        "s3",
        region_name="ap-northeast-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=config,
    )
    url = virtual.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "a/b"})
    call = arrived(url, {})
    call.path, call.virtual_host = "/bucket/a/b", call.header("host")
    call.headers = [("host", "127.0.0.1")]
    assert is_right(call, version=4)
    call.virtual_host = call.virtual_host.replace("bucket", "other")
    assert not is_right(call, version=4)
