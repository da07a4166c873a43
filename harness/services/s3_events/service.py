"""Notices objects being written and sends what the bucket's rules ask for.

The write itself streams through to the control plane; its answer goes back at once, and only then
the event leaves, as an asynchronous invocation. PutObject never waits for a function.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote, unquote

import orjson

from harness.aws import rest_call
from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.s3_events.configuration import Rule, parse, render
from harness.services.s3_events.destination import validate
from harness.services.s3_events.post_form import KeptBeginning, form_key
from harness.services.s3_events.record import ObjectWritten, Sequencers, event

_WRITES = {
    "PutObject": "ObjectCreated:Put",
    "PostObject": "ObjectCreated:Post",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
}


class S3Events:
    """Owns bucket notifications; moto never sees one."""

    name = "s3_events"

    def __init__(
        self, door: Handler, control_plane: Handler, journal: Journal, clock: Clock, region: str
    ) -> None:
        self._door = door
        self._control_plane = control_plane
        self._journal = journal
        self._clock = clock
        self._region = region
        self._rules: dict[str, list[Rule]] = {}
        self._sequencers = Sequencers(time.time_ns())
        self._sending: set[asyncio.Task[None]] = set()
        self._operations: dict[str, Callable[[Call], Awaitable[Reply]]] = {
            "PutBucketNotificationConfiguration": self._configure,
            "GetBucketNotificationConfiguration": self._describe,
            "DeleteBucket": self._delete_bucket,
            **dict.fromkeys(_WRITES, self._write),
        }

    def claims(self, call: Call) -> bool:
        return call.service == "s3" and call.operation in self._operations

    async def handle(self, call: Call) -> Reply:
        return await self._operations[call.operation](call)

    async def close(self) -> None:
        """Wait until every noticed write has been handed to its destinations."""
        await asyncio.gather(*self._sending)

    async def _configure(self, call: Call) -> Reply:
        bucket = await self._existing_bucket(call)
        rules = parse(await call.body.read())
        if call.header("x-amz-skip-destination-validation").lower() != "true":
            await validate(self._door, self._region, bucket, rules)
        self._rules[bucket] = rules
        self._journal.record("s3.notification_configured", bucket=bucket, rules=len(rules))
        return Reply(200, _identification())

    async def _describe(self, call: Call) -> Reply:
        bucket = await self._existing_bucket(call)
        headers = [("content-type", "application/xml"), *_identification()]
        return Reply(200, headers, render(self._rules.get(bucket, [])))

    async def _delete_bucket(self, call: Call) -> Reply:
        reply = await self._control_plane(call)
        if reply.status == 204:
            self._rules.pop(_bucket_and_key(call)[0], None)
        return reply

    async def _existing_bucket(self, call: Call) -> str:
        bucket, _ = _bucket_and_key(call)
        head = rest_call("s3", self._region, "HeadBucket", "HEAD", f"/{quote(bucket)}")
        if (await self._control_plane(head)).status == 404:
            message = "The specified bucket does not exist"
            raise AwsError("NoSuchBucket", message, 404, {"BucketName": bucket})
        return bucket

    async def _write(self, call: Call) -> Reply:
        bucket, key = _bucket_and_key(call)
        form = KeptBeginning(call.body) if call.operation == "PostObject" else None
        if form is not None:
            call.body = form
        reply = await self._control_plane(call)
        reply.headers = [*reply.headers, *_identification()]
        if reply.status >= 400 or not self._rules.get(bucket):
            return reply
        if form is not None:
            key = form_key(call.header("content-type"), bytes(form.beginning))
        task = asyncio.ensure_future(self._notify(call, reply, bucket, key))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return reply

    async def _notify(self, call: Call, reply: Reply, bucket: str, key: str) -> None:
        event_name = _WRITES[call.operation]
        rules = [rule for rule in self._rules.get(bucket, []) if rule.wants(event_name, key)]
        if not rules:
            self._journal.record("s3.unmatched", call=call.id, bucket=bucket, key=key)
            return
        written = await self._written(call, reply, bucket, key)
        for rule in rules:
            await self._send(call, written, rule)

    async def _written(self, call: Call, reply: Reply, bucket: str, key: str) -> ObjectWritten:
        sequencer, now = self._sequencers.next(), self._clock.now()
        version_id = reply.header("x-amz-version-id").replace("null", "")
        size, etag = _size(call), reply.header("etag")
        if call.operation != "PutObject" or size is None:
            size, etag, version_id = await self._stored(bucket, key, version_id)
        return ObjectWritten(
            event_name=_WRITES[call.operation],
            bucket=bucket,
            key=key,
            size=size,
            etag=etag.strip('"'),
            version_id=version_id,
            sequencer=sequencer,
            time=now,
            request_id=reply.header("x-amz-request-id"),
            host_id=reply.header("x-amz-id-2"),
            source_ip=call.source_ip,
            region=self._region,
        )

    async def _stored(self, bucket: str, key: str, version_id: str) -> tuple[int, str, str]:
        """Return size, etag and version: the control plane's answers do not all have them."""
        query = f"versionId={quote(version_id)}" if version_id else ""
        path = f"/{bucket}/{quote(key)}"
        head = await self._control_plane(
            rest_call("s3", self._region, "HeadObject", "HEAD", path, query=query)
        )
        size = int(head.header("content-length", "0"))
        return size, head.header("etag"), head.header("x-amz-version-id")

    async def _send(self, call: Call, written: ObjectWritten, rule: Rule) -> None:
        arn = quote(rule.function_arn, safe="")
        invocation = rest_call(
            "lambda",
            self._region,
            "Invoke",
            "POST",
            f"/2015-03-31/functions/{arn}/invocations",
            body=orjson.dumps(event(written, rule.id)),
            headers=(("x-amz-invocation-type", "Event"),),
        )
        detail = {"call": call.id, "bucket": written.bucket, "key": written.key, "rule": rule.id}
        try:
            await self._door(invocation)
            self._journal.record("s3.delivered", request_id=invocation.id, **detail)
        except AwsError as error:
            self._journal.record("s3.undelivered", reason=str(error), **detail)


def _bucket_and_key(call: Call) -> tuple[str, str]:
    bucket, _, key = unquote(call.path).lstrip("/").partition("/")
    return bucket, key


def _size(call: Call) -> int | None:
    length = call.header("x-amz-decoded-content-length") or call.header("content-length")
    return int(length) if length.isdigit() else None


def _identification() -> list[tuple[str, str]]:
    """Return S3's two request ids, which the event record repeats."""
    host_id = base64.b64encode(secrets.token_bytes(56)).decode()
    return [("x-amz-request-id", secrets.token_hex(8).upper()), ("x-amz-id-2", host_id)]
