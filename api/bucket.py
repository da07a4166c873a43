"""The S3 bucket that uploads are stored in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredObject:
    """version: None in a bucket without versioning."""

    key: str
    version: str | None


@dataclass(frozen=True)
class Bucket:
    """s3: a boto3 client, shared by the requests of a sandbox."""

    s3: Any
    name: str

    def put(self, key: str, content: BinaryIO, media_type: str) -> StoredObject:
        """Store `content`, read piece by piece, under `key`; raises what botocore raises."""
        answer = self.s3.put_object(Bucket=self.name, Key=key, Body=content, ContentType=media_type)
        return StoredObject(key, answer.get("VersionId"))

    def discard(self, stored: StoredObject) -> None:
        """Take back a `put`, leaving no version behind.

        Never raises: it runs while another error is on its way to the client. An object that
        stays is named in the log.
        """
        version = {"VersionId": stored.version} if stored.version else {}
        try:
            self.s3.delete_object(Bucket=self.name, Key=stored.key, **version)
        except (BotoCoreError, ClientError):
            logger.exception("Orphan object, delete it: document=%s", stored.key.split("_")[0])

    def remove(self, key: str) -> None:
        """Delete every version of an object, delete markers too; raises what botocore raises."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=key)
        for page in pages:
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            for entry in entries:
                if entry["Key"] == key:  # others may begin alike
                    self.s3.delete_object(Bucket=self.name, Key=key, VersionId=entry["VersionId"])
