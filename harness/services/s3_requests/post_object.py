"""Uploads with a browser's form: checked against their policy, then stored as a PutObject is.

The file streams through and nobody knows its size before it ends. So its limits are watched on the
way: a file that breaks them is cut off, and what was cut off is never stored.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.iam.secret_keys import SecretKeys
from harness.services.s3_events.place import place
from harness.services.s3_requests.buckets import Buckets
from harness.services.s3_requests.loaded import loaded
from harness.services.s3_requests.post_fields import (
    answer,
    location,
    object_headers,
    object_key,
)
from harness.services.s3_requests.post_policy import (
    Sizes,
    parse_policy,
    refuse_against_policy,
    too_large,
    too_small,
)
from harness.services.s3_requests.post_signer import PolicySigner
from harness.services.s3_requests.presigned import authorization

_KEPT_HEADERS = frozenset({"host", "user-agent", "referer", "origin", "x-amzn-trace-id"})


class PostObjects:
    """A layer; behind it the call still is a PostObject, and otherwise like a PutObject."""

    def __init__(self, keys: SecretKeys, buckets: Buckets, clock: Clock) -> None:
        self._keys = keys
        self._buckets = buckets
        self._clock = clock

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if call.service != "s3" or call.operation != "PostObject":
            return await proceed(call)
        form = await (await loaded("form")).read_form(call)
        bucket, _ = place(call)
        key = object_key(form.fields, form.filename)
        fields = {**form.fields, "key": key}
        signer, sizes = await self._allowed(fields, bucket)
        put = replace(
            call,
            method="PUT",
            path=f"/{quote(bucket)}/{quote(key)}",
            headers=[
                *(header for header in call.headers if header[0] in _KEPT_HEADERS),
                *signer,
                *object_headers(fields),
                ("transfer-encoding", "chunked"),
            ],
            body=_Within(form.file, sizes),
        )
        return _answered(call, await proceed(put), fields, bucket, key)

    async def _allowed(
        self, fields: Mapping[str, str], bucket: str
    ) -> tuple[list[tuple[str, str]], Sizes]:
        """Return the headers that name the signer, and how large the file may be.

        A form without a policy is nobody's, like a request without a signature.
        """
        if "policy" not in fields:
            return [], Sizes()
        now, region = self._clock.now(), await self._buckets.region(bucket)
        signer = PolicySigner(self._keys, await loaded("signatures"), region, now)
        key_id = signer.checked(fields)
        policy = parse_policy(fields["policy"])
        refuse_against_policy(policy, fields, bucket, now)
        return [authorization(key_id, region)], policy.sizes


class _Within:
    """The file of a form; raises `AwsError` instead of its end when it has not the right size."""

    def __init__(self, file: AsyncIterator[bytes], sizes: Sizes) -> None:
        self._file = file
        self._sizes = sizes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._file:
            size += len(piece)
            if size <= self._sizes.most:
                yield piece
        if size > self._sizes.most:
            raise too_large(size, self._sizes)
        if size < self._sizes.least:
            raise too_small(size, self._sizes)

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])


def _answered(call: Call, reply: Reply, fields: Mapping[str, str], bucket: str, key: str) -> Reply:
    if reply.status != 200:
        return reply
    host = call.virtual_host or call.header("host")
    where = location(host, bucket, key, virtual=bool(call.virtual_host))
    status, headers, body = answer(fields, where, bucket, key, reply.header("etag"))
    kept = [
        (name, value)
        for name, value in reply.headers
        if name not in ("content-length", "content-type", "last-modified", "location")
    ]
    return Reply(status, [*kept, *headers], body)
