"""Test 2 of the report: the file is kept in S3 under `uploads/{document-id}_{filename}`."""

from __future__ import annotations

from scenarios.client import BUCKET, Pipeline
from scenarios.documents import handbook


def test_object_is_the_uploaded_file(pipeline: Pipeline) -> None:
    """On AWS: the object has that key, the uploaded bytes, a version and AES256 encryption."""
    document = handbook()
    key = f"uploads/{pipeline.upload_one(document)}_{document.name}"
    stored = pipeline.aws("s3").get_object(Bucket=BUCKET, Key=key)
    assert stored["Body"].read() == document.content
    assert stored["ServerSideEncryption"] == "AES256"
    assert stored["VersionId"]
