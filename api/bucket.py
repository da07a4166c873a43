"""The S3 bucket that uploads are stored in."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from api.logs import correlation_id
from processor import correlation, removal, tracing
from processor.documents import KEY_PREFIX
from processor.logs import logger


def object_metadata() -> dict[str, str]:
    """Return the `Metadata` of every object of the request that is being answered.

    The processor's lines for the object name the request by it. Whoever lets clients store an
    object themselves signs it into what they are given.
    """
    return correlation.object_metadata(correlation_id())


_KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
)


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
        with tracing.subsegment("put object"):
            answer = self.s3.put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ContentType=media_type,
                Metadata=object_metadata(),
            )
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
            document = stored.key.removeprefix(KEY_PREFIX).partition("_")[0]
            logger.exception("Orphan object", extra={"document_id": document})

    def renew(self, key: str) -> bool:
        """Store an object once more as it is, so that S3 announces it; False if there is none.

        Of a versioned bucket the newest version is taken, and kept beside the new one. Raises what
        botocore raises, also when the object was replaced meanwhile.
        """
        try:
            head = self.s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                return False
            raise
        # S3 refuses a copy of an object onto itself that says nothing of its metadata.
        self.s3.copy_object(
            Bucket=self.name,
            Key=key,
            CopySource={"Bucket": self.name, "Key": key},
            CopySourceIfMatch=head["ETag"],
            MetadataDirective="REPLACE",
            **{name: head[name] for name in _KEPT if name in head},
        )
        return True

    def remove(self, key: str) -> None:
        """Delete every version of an object, delete markers too; raises what botocore raises."""
        removal.remove(self.s3, self.name, key)

    def holds(self, key: str) -> bool:
        """Tell whether there is an object under `key`; raises what botocore raises."""
        try:
            self.s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":  # HEAD has no body to say NoSuchKey in
                return False
            raise
        return True
