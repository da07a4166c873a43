"""What requests need to know of buckets, asked of the control plane once and until it changes."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from harness.aws import rest_call
from harness.call import Call, Handler, Reply
from harness.services.s3_requests.cors_rules import Rules, parse_rules

Kept = TypeVar("Kept")
_MOST = 10_000
_CHANGES = frozenset({"PutBucketCors", "DeleteBucketCors", "CreateBucket", "DeleteBucket"})


class Buckets:
    """A layer that forgets what calls change."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region
        self._regions: dict[str, str] = {}
        self._cors: dict[str, Rules | None] = {}

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        try:
            return await proceed(call)
        finally:
            if call.service == "s3" and call.operation in _CHANGES:
                # What is being asked at this moment ends up in the dictionaries dropped here.
                self._regions, self._cors = {}, {}

    async def region(self, bucket: str) -> str:
        """Return where a bucket is; the environment's region for one that does not exist."""
        known = self._regions
        if bucket not in known:
            reply = await self._ask("HeadBucket", "HEAD", bucket)
            if reply.status == 404:
                return self._region
            _keep(known, bucket, reply.header("x-amz-bucket-region") or self._region)
        return known[bucket]

    async def exists(self, bucket: str) -> bool:
        return (await self._ask("HeadBucket", "HEAD", bucket)).status != 404

    async def cors(self, bucket: str) -> Rules | None:
        """Return the CORS rules of a bucket, None when it has none."""
        known = self._cors
        if bucket not in known:
            reply = await self._ask("GetBucketCors", "GET", bucket, "cors")
            body = await reply.read()
            if reply.status not in (200, 404):
                return None
            _keep(known, bucket, parse_rules(body) if reply.status == 200 else None)
        return known[bucket]

    async def _ask(self, operation: str, method: str, bucket: str, query: str = "") -> Reply:
        path = f"/{quote(bucket)}"
        return await self._control_plane(
            rest_call("s3", self._region, operation, method, path, query=query)
        )


def _keep(known: dict[str, Kept], bucket: str, fact: Kept) -> None:
    """Remember a fact; anybody can ask about any number of names."""
    if len(known) >= _MOST:
        known.clear()
    known[bucket] = fact
