"""Bodies: framed in every way SDKs frame them, whole or in parts, small or larger than memory."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Iterator

import httpx
import psutil
import pytest

from harness.disposable import Disposable
from tests.contracts.account import Account
from tests.contracts.wire import connected

MB = 1024 * 1024


@pytest.fixture
def bucket(account: Account) -> str:
    return account.bucket()


def stored(account: Account, bucket: str, key: str = "k") -> bytes:
    found = account.s3.get_object(Bucket=bucket, Key=key)
    content: bytes = found["Body"].read()
    assert found["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'  # noqa: S324 - an ETag is one
    return content


def chunks(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def aws_chunked(content: bytes, *, extension: str = "", trailer: str = "") -> bytes:
    """Return `content` in AWS's chunks: `extension` after each size, `trailer` at the end."""
    pieces = [*chunks(content, 8192), b""]
    framed = [b"%x%b\r\n%b" % (len(piece), extension.encode(), piece) for piece in pieces]
    end = f"{trailer}\r\n\r\n" if trailer else "\r\n"
    return b"\r\n".join(framed) + end.encode()


def put(account: Account, bucket: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    named = {**account.signed("s3"), "Content-Encoding": "aws-chunked", **headers}
    return httpx.put(f"{account.url}/{bucket}/k", content=body, headers=named)


CONTENT = bytes(range(256)) * 100
CRC32 = base64.b64encode(zlib.crc32(CONTENT).to_bytes(4, "big")).decode()


def test_an_unsigned_streaming_body_with_a_trailing_checksum(account: Account, bucket: str):
    """What SDKs send by default since 2025."""
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": str(len(CONTENT)),
        "x-amz-trailer": "x-amz-checksum-crc32",
    }
    body = aws_chunked(CONTENT, trailer=f"x-amz-checksum-crc32:{CRC32}")
    assert put(account, bucket, body, headers).status_code == 200
    assert stored(account, bucket) == CONTENT


def test_a_signed_streaming_body(account: Account, bucket: str):
    headers = {
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": str(len(CONTENT)),
    }
    body = aws_chunked(CONTENT, extension=";chunk-signature=" + "0" * 64)
    assert put(account, bucket, body, headers).status_code == 200
    assert stored(account, bucket) == CONTENT


def test_a_body_of_unknown_length(account: Account, bucket: str):
    """HTTP's own chunks, as from a pipe."""
    answer = httpx.put(f"{account.url}/{bucket}/k", content=chunks(CONTENT, 1000))
    assert answer.status_code == 200
    assert stored(account, bucket) == CONTENT


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_a_checksum_is_kept_with_the_object(account: Account, bucket: str, algorithm: str):
    answer = account.s3.put_object(
        Bucket=bucket, Key="k", Body=CONTENT, ChecksumAlgorithm=algorithm
    )
    head = account.s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert answer[f"Checksum{algorithm}"] == head[f"Checksum{algorithm}"]


def test_a_large_file_goes_in_parts_and_comes_back_whole(account: Account, bucket: str):
    """The transfer manager, with its default of 8 MB a part."""
    content = hashlib.sha256(b"seed").digest() * (20 * MB // 32)
    account.s3.upload_fileobj(io.BytesIO(content), bucket, "large")
    head = account.s3.head_object(Bucket=bucket, Key="large")
    assert head["ContentLength"] == len(content)
    assert head["ETag"].endswith('-3"')
    received = io.BytesIO()
    account.s3.download_fileobj(bucket, "large", received)
    assert received.getvalue() == content


@pytest.mark.parametrize(
    ("asked", "content_range", "content"),
    [
        ("bytes=0-3", "bytes 0-3/10", b"0123"),
        ("bytes=5-", "bytes 5-9/10", b"56789"),
        ("bytes=-2", "bytes 8-9/10", b"89"),
        ("bytes=8-100", "bytes 8-9/10", b"89"),
    ],
)
def test_a_range_of_an_object(account: Account, bucket: str, asked, content_range, content):
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    part = account.s3.get_object(Bucket=bucket, Key="k", Range=asked)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (part["ContentRange"], part["Body"].read()) == (content_range, content)


def test_a_range_beyond_the_object_is_416(account: Account, bucket: str):
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    with pytest.raises(account.s3.exceptions.ClientError, match="InvalidRange"):
        account.s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-")


def test_the_body_may_wait_for_continue(account: Account, bucket: str):
    with connected(account.url, {}) as wire:
        head = f"PUT /{bucket}/k HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        wire.send(f"{head}Content-Length: 7\r\n\r\n".encode())
        assert wire.interim() == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(b"awaited")
        assert wire.answer().status == 200
    assert stored(account, bucket) == b"awaited"


def test_boto3_waits_for_continue_with_a_large_body(account: Account, bucket: str):
    seen: list[str] = []
    client = account.client("s3")
    client.meta.events.register(
        "before-send.s3", lambda request, **_: seen.append(request.headers.get("Expect"))
    )
    client.put_object(Bucket=bucket, Key="k", Body=io.BytesIO(b"x" * 2 * MB))
    assert seen == [b"100-continue"]
    assert len(stored(account, bucket)) == 2 * MB


def test_versions_lie_side_by_side(account: Account):
    bucket = account.bucket(versioned=True)
    first = account.s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    second = account.s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    assert first != second
    assert stored(account, bucket) == b"2"
    old = account.s3.get_object(Bucket=bucket, Key="k", VersionId=first)
    assert old["Body"].read() == b"1"
    assert account.s3.delete_object(Bucket=bucket, Key="k")["DeleteMarker"] is True
    with pytest.raises(account.s3.exceptions.NoSuchKey):
        account.s3.get_object(Bucket=bucket, Key="k")
    assert account.s3.get_object(Bucket=bucket, Key="k", VersionId=second)["Body"].read() == b"2"


def test_an_object_larger_than_memory_passes_through(
    account: Account, environment: Disposable, bucket: str
):
    """The endpoint's memory is looked at with every piece that leaves here."""
    size, piece = 300 * MB, bytes(MB)
    endpoint = psutil.Process(environment.facts.pid)
    account.s3.put_object(Bucket=bucket, Key="warm-up", Body=piece)
    before = endpoint.memory_info().rss
    highest = before

    def pieces() -> Iterator[bytes]:
        nonlocal highest
        for _ in range(size // len(piece)):
            yield piece
            highest = max(highest, endpoint.memory_info().rss)

    headers = {"Content-Length": str(size)}
    answer = httpx.put(f"{account.url}/{bucket}/k", content=pieces(), headers=headers, timeout=120)
    assert answer.status_code == 200
    assert account.s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == size
    assert highest - before < 16 * MB
    account.s3.delete_object(Bucket=bucket, Key="k")
