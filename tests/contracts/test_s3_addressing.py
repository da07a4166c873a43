"""How requests say which bucket and key they mean, and who sends them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError

from tests.contracts.account import Account
from tests.contracts.wire import connected


@pytest.fixture
def bucket(account: Account) -> str:
    return account.bucket()


def virtual_hosted(account: Account) -> Any:
    """Return a client that puts the bucket into the host name, as SDKs do by default.

    `BUCKET.s3.localhost` has no address on most machines, so the connection goes where it would
    lead, with the name in the Host header.
    """
    port = urlsplit(account.url).port
    client = account.client(
        "s3", endpoint_url=f"http://s3.localhost:{port}", s3={"addressing_style": "virtual"}
    )

    def connect_to_loopback(request: AWSPreparedRequest, **_: Any) -> None:
        parts = urlsplit(request.url)
        request.headers["Host"] = parts.netloc
        request.url = parts._replace(netloc=f"127.0.0.1:{port}").geturl()

    client.meta.events.register("before-send.s3", connect_to_loopback)
    return client


def test_path_style_and_virtual_hosted_style_mean_the_same(account: Account, bucket: str):
    virtual = virtual_hosted(account)
    virtual.put_object(Bucket=bucket, Key="a/b c.txt", Body=b"virtual")
    assert account.s3.get_object(Bucket=bucket, Key="a/b c.txt")["Body"].read() == b"virtual"
    assert [found["Key"] for found in virtual.list_objects_v2(Bucket=bucket)["Contents"]] == [
        "a/b c.txt"
    ]


@pytest.mark.parametrize(
    "host",
    [
        "{bucket}.s3.ap-northeast-1.amazonaws.com",
        "{bucket}.s3.localhost:4566",
        "{bucket}.localhost",
    ],
)
def test_a_bucket_in_the_host_name(account: Account, bucket: str, host: str):
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"here")
    headers = {**account.signed("s3"), "Host": host.format(bucket=bucket)}
    answer = httpx.get(f"{account.url}/k", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"here")


def test_presigned_urls_read_and_write(account: Account, bucket: str):
    target = {"Bucket": bucket, "Key": "員工 手冊 (1)+v2.pdf"}
    put = account.s3.generate_presigned_url("put_object", target, ExpiresIn=60)
    assert httpx.put(put, content=b"presigned").status_code == 200
    get = account.s3.generate_presigned_url("get_object", target, ExpiresIn=60)
    assert httpx.get(get).content == b"presigned"
    assert account.s3.get_object(**target)["Body"].read() == b"presigned"


def test_a_presigned_form_uploads_from_a_browser(account: Account, bucket: str):
    form = account.s3.generate_presigned_post(bucket, "uploads/${filename}")
    files = {"file": ("手冊 (1).txt", b"from a form")}
    answer = httpx.post(form["url"], data=form["fields"], files=files)
    assert answer.status_code == 204
    found = account.s3.get_object(Bucket=bucket, Key="uploads/手冊 (1).txt")
    assert found["Body"].read() == b"from a form"


KEYS = [
    "with space",
    "plus+and&more=?#",
    "員工 手冊 (1)+v2.pdf",
    "percent%41 encoded%20",
    "emoji-😀",
    "double//slash",
    "/leading slash",
    "trailing/",
    "quotes'\"<>",
    "x" * 1024,
]


@pytest.mark.parametrize("key", KEYS)
def test_5_2_every_key_comes_back_as_it_was_given(account: Account, bucket: str, key: str):
    account.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert account.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    listed = account.s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [found["Key"] for found in listed] == [key]
    account.s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError, match="Not Found"):
        account.s3.head_object(Bucket=bucket, Key=key)


def test_several_requests_go_over_one_connection(account: Account, bucket: str):
    with connected(account.url, account.signed("s3")) as wire:
        wire.request(f"PUT /{bucket}/k", body=b"kept alive")
        assert wire.answer().status == 200
        wire.request(f"GET /{bucket}/k")
        assert wire.answer().content == b"kept alive"
        wire.request(f"HEAD /{bucket}/k")
        head = wire.answer("HEAD")
        assert (head.status, head.headers["content-length"]) == (200, "10")
        wire.request(f"GET /{bucket}/none")
        assert wire.answer().status == 404
        wire.request(f"DELETE /{bucket}/k")
        assert wire.answer().status == 204
        wire.request(f"HEAD /{bucket}/k")
        assert wire.answer("HEAD").status == 404


def test_an_anonymous_request_may_not_read(account: Account, bucket: str):
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"private")
    assert httpx.get(f"{account.url}/{bucket}/k").status_code == 403


def test_an_error_of_s3_is_xml_with_its_code(account: Account):
    with pytest.raises(account.s3.exceptions.NoSuchBucket):
        account.s3.list_objects_v2(Bucket="nobody-made-this-bucket")
