"""Writes that must not replace anything, and uploads in parts that are wrong (§7.5.4)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, unique
from tests.contracts.browser import error, refused, v4

MB = 1024 * 1024
FAILED = "At least one of the pre-conditions you specified did not hold"


@pytest.fixture(scope="module")
def bucket(account: Account) -> str:
    return account.bucket()


@pytest.fixture
def only_new(account: Account, bucket: str) -> str:
    """Return a URL by which an object can be created, and not replaced."""
    target = {"Bucket": bucket, "Key": unique("k"), "IfNoneMatch": "*"}
    return str(v4(account).generate_presigned_url("put_object", target))


CONDITION = {"If-None-Match": "*"}


def put(url: str, content: Any = b"x") -> httpx.Response:
    return httpx.put(url, content=content, headers=CONDITION)


def test_put_object_of_a_new_key_only(only_new: str):
    assert put(only_new).status_code == 200
    answer = put(only_new)
    assert (answer.status_code, error(answer)["Code"]) == (412, "PreconditionFailed")
    assert (error(answer)["Message"], error(answer)["Condition"]) == (FAILED, "If-None-Match")


@pytest.mark.parametrize("size", [1, MB])
def test_of_many_at_the_same_time_one_creates_the_object(only_new: str, size: int):
    start = threading.Barrier(8)

    def write(number: int) -> tuple[int, bytes]:
        content = bytes([number]) * size
        start.wait()
        return put(only_new, content).status_code, content

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(write, range(8)))
    assert sorted(status for status, _ in answers) == [200] + [412] * 7


def test_a_deletion_that_overtakes_a_write(account: Account, bucket: str):
    """The write began first, and ends after the deletion: nobody can say what it found."""
    key = unique("k")
    target = {"Bucket": bucket, "Key": key}
    account.s3.put_object(**target, Body=b"x")
    url = v4(account).generate_presigned_url("put_object", {**target, "IfNoneMatch": "*"})

    def pieces() -> Iterator[bytes]:
        yield bytes(MB)
        account.s3.get_object(**target)["Body"].read()
        account.s3.delete_object(**target)
        yield bytes(MB)

    answer = httpx.put(url, content=pieces(), headers={**CONDITION, "Content-Length": str(2 * MB)})
    assert refused(answer)[:2] == (409, "ConditionalRequestConflict")
    assert (error(answer)["Condition"], error(answer)["Key"]) == ("If-None-Match", key)
    assert put(url).status_code == 200


def test_no_other_condition_than_a_star(account: Account, bucket: str):
    with pytest.raises(ClientError) as raised:
        account.s3.put_object(Bucket=bucket, Key="k", Body=b"x", IfNoneMatch='"etag"')
    assert raised.value.response["Error"]["Code"] == "NotImplemented"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


class Upload:
    """A multipart upload; `complete` returns the refusal's members, {} for none."""

    def __init__(self, account: Account, bucket: str) -> None:
        self.s3 = account.s3
        self.target = {"Bucket": bucket, "Key": unique("k")}
        self.id = self.s3.create_multipart_upload(**self.target)["UploadId"]

    def part(self, number: int, content: bytes) -> dict[str, Any]:
        answer = self.s3.upload_part(
            **self.target, UploadId=self.id, PartNumber=number, Body=content
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def complete(self, *parts: dict[str, Any], **more: str) -> dict[str, Any]:
        named = {**self.target, "UploadId": self.id, **more}
        return refusal(
            self.s3.complete_multipart_upload, **named, MultipartUpload={"Parts": list(parts)}
        )


def refusal(call: Any, **arguments: Any) -> dict[str, Any]:
    try:
        call(**arguments)
    except ClientError as raised:
        status = raised.response["ResponseMetadata"]["HTTPStatusCode"]
        return {**raised.response["Error"], "Status": status}
    return {}


@pytest.fixture
def upload(account: Account, bucket: str) -> Upload:
    return Upload(account, bucket)


LIST = b"<CompleteMultipartUpload><Part>%b</Part></CompleteMultipartUpload>"


class TestMultipart:
    def test_an_upload_of_a_new_key_only(self, upload: Upload):
        part = upload.part(1, b"x")
        upload.s3.put_object(**upload.target, Body=b"first")
        failed = upload.complete(part, IfNoneMatch="*")
        assert (failed["Status"], failed["Code"]) == (412, "PreconditionFailed")
        upload.s3.delete_object(**upload.target)
        assert upload.complete(part, IfNoneMatch="*") == {}

    def test_7_5_4_a_part_that_is_too_small(self, upload: Upload):
        small, last = upload.part(1, b"small"), upload.part(2, b"last")
        failed = upload.complete(small, last)
        assert (failed["Status"], failed["Code"]) == (400, "EntityTooSmall")
        assert failed["Message"] == "Your proposed upload is smaller than the minimum allowed size"
        assert (failed["ProposedSize"], failed["MinSizeAllowed"]) == ("5", "5242880")
        assert (failed["PartNumber"], failed["ETag"]) == ("1", small["ETag"].strip('"'))
        assert upload.complete(last) == {}

    def test_a_part_that_is_not_there(self, upload: Upload):
        first, second = upload.part(1, b"1"), upload.part(2, b"2")
        for wrong in ({**first, "ETag": second["ETag"]}, {**first, "PartNumber": 3}):
            failed = upload.complete(wrong)
            assert (failed["Status"], failed["Code"]) == (400, "InvalidPart")
            assert failed["UploadId"] == upload.id
            assert failed["PartNumber"] == str(wrong["PartNumber"])
            assert failed["ETag"] == wrong["ETag"].strip('"')

    def test_parts_in_another_order(self, upload: Upload):
        first, second = upload.part(1, b"1"), upload.part(2, b"2")
        for parts in ((second, first), (first, first)):
            failed = upload.complete(*parts)
            assert (failed["Status"], failed["Code"]) == (400, "InvalidPartOrder")
            assert failed["Message"] == (
                "The list of parts was not in ascending order. "
                "Parts must be ordered by part number."
            )

    def test_no_such_upload(self, upload: Upload):
        part = upload.part(1, b"x")
        named = {**upload.target, "UploadId": "none"}
        for failed in (
            upload.complete(part, UploadId="none"),
            refusal(upload.s3.upload_part, **named, PartNumber=1, Body=b"x"),
            refusal(upload.s3.list_parts, **named),
            refusal(upload.s3.abort_multipart_upload, **named),
        ):
            assert (failed["Status"], failed["Code"]) == (404, "NoSuchUpload")
        upload.s3.abort_multipart_upload(**upload.target, UploadId=upload.id)
        assert upload.complete(part)["Code"] == "NoSuchUpload"

    @pytest.mark.parametrize("number", [0, 10_001, -1])
    def test_a_number_that_no_part_has(self, upload: Upload, number: int):
        failed = refusal(
            upload.s3.upload_part,
            **upload.target,
            UploadId=upload.id,
            PartNumber=number,
            Body=b"x",
        )
        assert (failed["Status"], failed["Code"]) == (400, "InvalidArgument")
        assert failed["ArgumentName"] == "partNumber"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<CompleteMultipartUpload>",
            b"<CompleteMultipartUpload/>",
            b"<Other><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></Other>",
            LIST % b"<PartNumber>x</PartNumber><ETag>a</ETag>",
            LIST % b"<PartNumber>1</PartNumber>",
        ],
    )
    def test_a_list_of_parts_that_is_none(self, account: Account, upload: Upload, body: bytes):
        named = {**upload.target, "UploadId": upload.id}
        url = v4(account).generate_presigned_url("complete_multipart_upload", named)
        assert refused(httpx.post(url, content=body))[:2] == (400, "MalformedXML")
