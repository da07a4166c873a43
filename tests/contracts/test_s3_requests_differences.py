"""Where S3's requests differ from AWS; docs/services/s3_requests.md lists these."""

from __future__ import annotations

from typing import Any

import httpx

from tests.contracts.account import Account
from tests.contracts.browser import raw_form, v4


def test_differs_a_signature_in_a_header_is_not_checked(account: Account):
    """Other tools come with keys of their own."""
    bucket = account.bucket()
    account.acting("test", "test").s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert account.s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 1


def test_differs_a_form_without_a_policy_may_create_an_object(account: Account):
    """Like any write that nobody signed; on AWS a private bucket refuses it with 403."""
    bucket = account.bucket()
    body, content_type = raw_form([('name="key"', b"k"), ('name="file"', b"x")])
    headers = {"Content-Type": content_type}
    answer = httpx.post(f"{account.url}/{bucket}", content=body, headers=headers)
    assert answer.status_code == 204


def test_differs_checksums_are_not_compared_with_the_content(account: Account):
    """On AWS 400 BadDigest, and nothing is stored."""
    target: dict[str, Any] = {"Bucket": account.bucket(), "Key": "k"}
    md5 = "1B2M2Y8AsgTpgAmY7PhCfg=="  # of nothing
    url = v4(account).generate_presigned_url("put_object", {**target, "ContentMD5": md5})
    assert httpx.put(url, content=b"x", headers={"Content-MD5": md5}).status_code == 200


def test_differs_an_upload_can_be_completed_under_another_key(account: Account):
    """On AWS 404 NoSuchUpload; here the object gets the key it was begun with."""
    bucket = account.bucket()
    upload = {"Bucket": bucket, "Key": "begun"}
    upload["UploadId"] = account.s3.create_multipart_upload(**upload)["UploadId"]
    part = account.s3.upload_part(**upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    other = {**upload, "Key": "other"}
    done = account.s3.complete_multipart_upload(**other, MultipartUpload=parts)
    assert done["Key"] == "begun"


def test_differs_a_listing_of_versions_leaves_out_the_key_after_one_that_is_gone(account: Account):
    """On AWS a listing that begins after a key begins with the next one, whatever is there."""
    s3, bucket = account.s3, account.bucket(versioned=True)
    for key in ("b", "c"):
        s3.put_object(Bucket=bucket, Key=key)
    found = s3.list_object_versions(Bucket=bucket, KeyMarker="a")
    assert [version["Key"] for version in found["Versions"]] == ["c"]
