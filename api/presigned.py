"""Uploads that clients make to S3 themselves: past API Gateway's limits, by presigned requests.

The document is recorded before anybody can upload it, so it is listed and its event finds it. What
is signed binds the client: the key, the type and the exact size. `processor.reconcile` ends what
never comes, and waits for longer than any of these URLs is good for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api import store
from api.bucket import Bucket, object_metadata
from api.multipart import MultipartUpload, sizes
from api.presigned_models import (
    Method,
    PresignedMultipart,
    PresignedPart,
    PresignedPost,
    PresignedPut,
)
from api.store import Record
from api.uploads import File
from processor.database import Connection
from processor.documents import object_key

URL_SECONDS = 900
PART_URL_SECONDS = 3600  # the last part may have to wait for all others


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Wish:
    """A file that a user wants to upload as document `id`."""

    id: UUID
    file: File
    user_id: str

    @property
    def key(self) -> str:
        return object_key(self.id, self.file.file_name)


@dataclass(frozen=True)
class PresignedUploads:
    """Signing is arithmetic; only a multipart upload has to be announced to S3."""

    bucket: Bucket
    connection: Callable[[], Connection]
    now: Callable[[], datetime] = _now

    def __call__(
        self, method: Method, wish: Wish
    ) -> PresignedPut | PresignedPost | PresignedMultipart:
        """Record the document and return what its client needs to upload it."""
        match method:
            case "PUT":
                return self._put(wish)
            case "POST":
                return self._post(wish)
            case "multipart":
                return self._multipart(wish)

    def _put(self, wish: Wish) -> PresignedPut:
        """Sign one PUT; a second one is refused by S3 with 412, since the object is there."""
        receipt = self._recorded(wish, "PUT", URL_SECONDS)
        file = wish.file
        signed = {
            "ContentType": file.media_type,
            "ContentLength": file.size,
            "IfNoneMatch": "*",
            "Metadata": object_metadata(),
        }
        url = self.bucket.s3.generate_presigned_url(
            "put_object", {**self._address(wish), **signed}, ExpiresIn=URL_SECONDS
        )
        headers = {
            "Content-Type": file.media_type,
            "Content-Length": str(file.size),
            "If-None-Match": "*",
            **_metadata_fields(),
        }
        return PresignedPut(**receipt, url=url, headers=headers)

    def _post(self, wish: Wish) -> PresignedPost:
        """Sign a form; S3 has no condition there that would refuse a second one."""
        receipt = self._recorded(wish, "POST", URL_SECONDS)
        fields = {"Content-Type": wish.file.media_type, **_metadata_fields()}
        exactly = [{name: value} for name, value in fields.items()]
        conditions = [*exactly, ["content-length-range", wish.file.size, wish.file.size]]
        form = self.bucket.s3.generate_presigned_post(
            **self._address(wish), Fields=fields, Conditions=conditions, ExpiresIn=URL_SECONDS
        )
        return PresignedPost(**receipt, url=form["url"], fields=form["fields"])

    def _multipart(self, wish: Wish) -> PresignedMultipart:
        """Begin a multipart upload; without its record it holds nothing, and S3 drops it."""
        upload = MultipartUpload.begin(self.bucket, wish.key, wish.file.media_type)
        receipt = self._recorded(wish, "multipart", PART_URL_SECONDS, upload.id)
        parts = [
            PresignedPart(
                part_number=number, size=size, url=upload.part_url(number, size, PART_URL_SECONDS)
            )
            for number, size in enumerate(sizes(wish.file.size), start=1)
        ]
        return PresignedMultipart(**receipt, parts=parts)

    def _recorded(
        self, wish: Wish, method: Method, seconds: int, upload_id: str | None = None
    ) -> dict[str, Any]:
        """Record the document; returns what its client is told whatever the method."""
        file = wish.file
        record = Record(
            id=wish.id,
            user_id=wish.user_id,
            file_name=file.file_name,
            file_path=wish.key,
            file_type=file.media_type,
            file_size=file.size,
            upload_method=method,
            upload_id=upload_id,
        )
        [status] = store.record(self.connection(), [record])
        expires_at = self.now() + timedelta(seconds=seconds)
        return {
            "id": wish.id,
            "file_name": file.file_name,
            "status": status,
            "expires_at": expires_at,
        }

    def _address(self, wish: Wish) -> dict[str, str]:
        return {"Bucket": self.bucket.name, "Key": wish.key}


def _metadata_fields() -> dict[str, str]:
    """Return the metadata of an object as headers of a PUT and fields of a form name it."""
    return {f"x-amz-meta-{name}": value for name, value in object_metadata().items()}
