"""What the control plane knows of objects and buckets, for events whose request does not say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from harness.aws import rest_call
from harness.call import Call, Handler
from harness.errors import AwsError

_STATUS = re.compile(rb"<Status>(\w+)</Status>")


@dataclass(frozen=True, slots=True)
class Stored:
    """size: bytes; etag: without quotes; version_id: "" unless versioning is enabled."""

    size: int
    etag: str
    version_id: str


class Objects:
    """Asks about objects; the versioning of buckets is remembered until it changes."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region
        self._versioning: dict[str, str] = {}

    async def bucket_region(self, bucket: str) -> str:
        """Return where a bucket is; raises `AwsError` NoSuchBucket."""
        call = rest_call("s3", self._region, "HeadBucket", "HEAD", f"/{quote(bucket)}")
        reply = await self._control_plane(call)
        if reply.status == 404:
            message = "The specified bucket does not exist"
            raise AwsError("NoSuchBucket", message, 404, {"BucketName": bucket})
        return reply.header("x-amz-bucket-region") or self._region

    async def versioning(self, bucket: str) -> str:
        """Return "Enabled", "Suspended", or "" for a bucket that never had it."""
        known = self._versioning
        if bucket not in known:
            call = rest_call(
                *("s3", self._region, "GetBucketVersioning", "GET", f"/{quote(bucket)}"),
                query="versioning",
            )
            reply = await self._control_plane(call)
            found = _STATUS.search(await reply.read())
            if reply.status != 200:
                return ""
            known[bucket] = found.group(1).decode() if found else ""
        return known[bucket]

    async def stored(self, bucket: str, key: str, version_id: str = "") -> Stored | None:
        """Return an object's members; None when it is gone or a delete marker."""
        head = await self._control_plane(self._call("HEAD", bucket, key, version_id))
        if head.status != 200:
            return None
        return Stored(
            int(head.header("content-length", "0")),
            head.header("etag").strip('"'),
            _version(head.header("x-amz-version-id")),
        )

    async def exists(self, bucket: str, key: str, version_id: str = "") -> bool:
        """Tell whether there is something to delete: an object, or (405) a delete marker."""
        head = await self._control_plane(self._call("HEAD", bucket, key, version_id))
        return head.status in (200, 405)

    async def acl(self, bucket: str, key: str, version_id: str = "") -> bytes:
        """Return an object's ACL as the control plane writes it."""
        call = self._call("GET", bucket, key, version_id, "acl")
        return await (await self._control_plane(call)).read()

    def notice(self, call: Call) -> None:
        """Ask again for the versioning of buckets once it may have changed.

        What is being asked at this moment ends up in the dictionary dropped here.
        """
        if call.operation in ("PutBucketVersioning", "CreateBucket", "DeleteBucket"):
            self._versioning = {}

    def _call(
        self, method: str, bucket: str, key: str, version_id: str, resource: str = ""
    ) -> Call:
        version = f"versionId={quote(version_id)}" if version_id else ""
        query = "&".join(part for part in (resource, version) if part)
        operation = "GetObjectAcl" if resource else "HeadObject"
        path = f"/{quote(bucket)}/{quote(key)}"
        return rest_call("s3", self._region, operation, method, path, query=query)


def _version(header: str) -> str:
    return "" if header == "null" else header
