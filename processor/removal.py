"""Objects removed for good: every version, delete markers too."""

from __future__ import annotations

from typing import Any


def remove(s3: Any, bucket: str, key: str) -> None:
    """Delete every version of an object, delete markers too; raises what botocore raises."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            if entry["Key"] == key:  # others may begin alike
                s3.delete_object(Bucket=bucket, Key=key, VersionId=entry["VersionId"])
