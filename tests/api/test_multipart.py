from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.bucket import Bucket
from api.multipart import PART_BYTES, MultipartUpload, sizes
from processor.reader import MAX_BYTES

MIB = 2**20


@given(st.integers(1, MAX_BYTES))
def test_parts_are_the_whole_file_within_the_bounds_of_s3(total: int) -> None:
    parts = sizes(total)

    assert sum(parts) == total
    assert 0 < len(parts) <= 10_000
    assert set(parts[:-1]) <= {PART_BYTES}
    assert 0 < parts[-1] <= PART_BYTES
    assert 5 * MIB <= PART_BYTES <= 5 * 1024 * MIB


def test_what_was_aborted_meanwhile_is_not_completed(bucket: Bucket) -> None:
    upload = MultipartUpload.begin(bucket, "uploads/a.txt", "text/plain")
    bucket.s3.upload_part(
        Bucket=bucket.name, Key=upload.key, UploadId=upload.id, PartNumber=1, Body=b"a"
    )
    parts = upload.parts()
    assert parts is not None
    upload.abort()

    assert not upload.complete(parts)
    assert upload.parts() is None
    upload.abort()
    assert not bucket.holds(upload.key)
