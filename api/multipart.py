"""A multipart upload of S3: its parts are sent by the client, its beginning and end are ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from api.bucket import Bucket, object_metadata
from api.errors import InvalidPartsError

PART_BYTES = 8 * 2**20  # S3 takes 5 MiB to 5 GiB, except of the last, and 10,000 of them

# What S3 says to a list of parts that is not its own.
_REFUSALS = frozenset({"EntityTooSmall", "InvalidPart", "InvalidPartOrder", "MalformedXML"})


@dataclass(frozen=True)
class StoredPart:
    """A part that S3 has; number: from 1. size: bytes, 0 where a client told of it."""

    number: int
    etag: str
    size: int = 0


@dataclass(frozen=True)
class MultipartUpload:
    """id: as S3 named the upload. Methods raise what botocore raises."""

    bucket: Bucket
    key: str
    id: str

    @classmethod
    def begin(cls, bucket: Bucket, key: str, media_type: str) -> MultipartUpload:
        answer = bucket.s3.create_multipart_upload(
            Bucket=bucket.name, Key=key, ContentType=media_type, Metadata=object_metadata()
        )
        return cls(bucket, key, answer["UploadId"])

    def part_url(self, number: int, size: int, seconds: int) -> str:
        """Return a URL for a PUT of one part of exactly `size` bytes; makes no request."""
        part = {**self._address(), "PartNumber": number, "ContentLength": size}
        url: str = self.bucket.s3.generate_presigned_url("upload_part", part, ExpiresIn=seconds)
        return url

    def parts(self) -> list[StoredPart] | None:
        """Return the parts that S3 has; None when it does not know the upload (any more)."""
        try:
            pages = self.bucket.s3.get_paginator("list_parts").paginate(**self._address())
            entries = [entry for page in pages for entry in page.get("Parts", [])]
        except ClientError as error:
            if _code(error) == "NoSuchUpload":
                return None
            raise
        return [StoredPart(part["PartNumber"], part["ETag"], part["Size"]) for part in entries]

    def complete(self, parts: Sequence[StoredPart]) -> bool:
        """Make the object of its parts; False when S3 does not know the upload (any more).

        Raises `InvalidPartsError` when S3 refuses the parts.
        """
        listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        try:
            self.bucket.s3.complete_multipart_upload(
                **self._address(), MultipartUpload={"Parts": listed}
            )
        except ClientError as error:
            if _code(error) in _REFUSALS:
                raise _refused(_code(error)) from error
            if _code(error) == "NoSuchUpload":
                return False
            raise
        return True

    def abort(self) -> None:
        """Drop the parts; nothing happens when S3 does not know the upload (any more)."""
        try:
            self.bucket.s3.abort_multipart_upload(**self._address())
        except ClientError as error:
            if _code(error) != "NoSuchUpload":
                raise

    def _address(self) -> dict[str, Any]:
        return {"Bucket": self.bucket.name, "Key": self.key, "UploadId": self.id}


def sizes(total: int) -> list[int]:
    """Return the sizes of the parts of a file of `total` bytes; only the last may be smaller."""
    whole, rest = divmod(total, PART_BYTES)
    return [PART_BYTES] * whole + ([rest] if rest else [])


def _refused(code: str) -> InvalidPartsError:
    return InvalidPartsError(
        f"S3 不接受這份分段清單（{code}），請確認分段編號與 ETag 後重試。 "
        f"S3 refuses this list of parts ({code}); check numbers and ETags."
    )


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
