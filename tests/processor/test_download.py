from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from processor.download import S3Download
from processor.errors import Code, PermanentError, TransientError
from processor.events import ObjectRef
from tests.processor.conftest import REGION


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    """A new versioned bucket."""
    name = f"download-{abs(hash(request.node.nodeid))}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def put(s3: Any, bucket: str, body: bytes) -> ObjectRef:
    version = s3.put_object(Bucket=bucket, Key="uploads/員工 (1)+v2.txt", Body=body)["VersionId"]
    return ObjectRef(bucket, "uploads/員工 (1)+v2.txt", len(body), version, None)


def test_the_version_of_the_event_is_fetched(s3: Any, bucket: str, tmp_path: Path) -> None:
    first = put(s3, bucket, b"first")
    put(s3, bucket, b"second")
    assert S3Download(s3)(first, tmp_path).read_bytes() == b"first"


def test_object_without_version_is_fetched(s3: Any, bucket: str, tmp_path: Path) -> None:
    put(s3, bucket, b"only")
    ref = ObjectRef(bucket, "uploads/員工 (1)+v2.txt", 4, None, None)
    assert S3Download(s3)(ref, tmp_path).read_bytes() == b"only"


@pytest.mark.parametrize("version", [None, "00000000-0000-0000-0000-000000000000"])
def test_missing_object_is_permanent(
    version: str | None, s3: Any, bucket: str, tmp_path: Path
) -> None:
    with pytest.raises(PermanentError) as error:
        S3Download(s3)(ObjectRef(bucket, "uploads/none", 0, version, None), tmp_path)
    assert error.value.code is Code.OBJECT_MISSING


def test_silent_service_is_named(aws: str, tmp_path: Path) -> None:
    config = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    client = boto3.client(
        "s3", region_name=REGION, endpoint_url="http://127.0.0.1:1", config=config
    )
    with pytest.raises(TransientError, match="S3 failed"):
        S3Download(client)(ObjectRef("b", "k", 0, None, None), tmp_path)
    client.close()
