from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from api.bucket import Bucket
from api.multipart import PART_BYTES, MultipartUpload, StoredPart, sizes
from processor.reader import MAX_BYTES
from tests.api.conftest import REGION

MIB = 2**20


@given(st.integers(1, MAX_BYTES))
def test_parts_are_the_whole_file_within_the_bounds_of_s3(total: int) -> None:
    parts = sizes(total)

    assert sum(parts) == total
    assert 0 < len(parts) <= 10_000
    assert set(parts[:-1]) <= {PART_BYTES}
    assert 0 < parts[-1] <= PART_BYTES
    assert 5 * MIB <= PART_BYTES <= 5 * 1024 * MIB


@pytest.fixture
def s3_answers() -> Iterator[Stubber]:
    """An S3 that says what it is told to; moto has no answer for an upload that is gone."""
    client = boto3.client(
        "s3", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield stubber
    client.close()


def test_an_upload_that_is_gone(s3_answers: Stubber) -> None:
    """Completed, aborted or dropped by somebody else between two of our calls."""
    upload = MultipartUpload(Bucket(s3_answers.client, "documents"), "uploads/a.txt", "id")
    for operation in ("list_parts", "complete_multipart_upload", "abort_multipart_upload"):
        s3_answers.add_client_error(operation, "NoSuchUpload", http_status_code=404)

    assert upload.parts() is None
    assert not upload.complete([StoredPart(1, "etag")])
    upload.abort()


def test_any_other_failure_is_not_hidden(s3_answers: Stubber) -> None:
    upload = MultipartUpload(Bucket(s3_answers.client, "documents"), "uploads/a.txt", "id")
    for operation in ("list_parts", "complete_multipart_upload", "abort_multipart_upload"):
        s3_answers.add_client_error(operation, "AccessDenied", http_status_code=403)

    for act in (upload.parts, lambda: upload.complete([StoredPart(1, "etag")]), upload.abort):
        with pytest.raises(ClientError, match="AccessDenied"):
            act()
