"""Bucket notifications: the configuration is kept here, and changes passing by are told.

A change itself streams through to the control plane; its answer goes back at once, and only then
the event leaves. PutObject never waits for a destination.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import orjson

from harness.aws import ACCOUNT
from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.s3_identification import identification
from harness.services.s3_events.configuration import Configuration
from harness.services.s3_events.configuration_xml import parse, render
from harness.services.s3_events.created import Creations
from harness.services.s3_events.delivery import Delivery
from harness.services.s3_events.notifier import Notifier
from harness.services.s3_events.objects import Objects
from harness.services.s3_events.permissions import Permissions
from harness.services.s3_events.place import place
from harness.services.s3_events.record import announcement
from harness.services.s3_events.removed import Removals
from harness.services.s3_events.senders import SENDERS
from harness.services.s3_events.updated import Updates
from harness.services.s3_events.validation import refuse_forbidden, refuse_unusable
from harness.services.s3_events.whole_body import whole_body

_LONGEST_CONFIGURATION = 1024 * 1024
_TOLD_WHEN_SAVED = ("sqs", "sns")


class S3Events:
    """Owns bucket notifications; moto never sees one.

    delivery: how events travel, see `harness.services.s3_events.profile`.
    """

    name = "s3_events"

    def __init__(
        self, door: Handler, control_plane: Handler, journal: Journal, clock: Clock, region: str
    ) -> None:
        self._door = door
        self._control_plane = control_plane
        self._journal = journal
        self._clock = clock
        self._objects = Objects(control_plane, region)
        self._permissions = Permissions(door)
        self.delivery = Delivery(door, self._permissions, journal, clock)
        self._notifier = Notifier(self._objects, self.delivery, journal, clock)
        self._operations: dict[str, Callable[[Call], Awaitable[Reply]]] = {
            "PutBucketNotificationConfiguration": self._configure,
            "GetBucketNotificationConfiguration": self._describe,
            "DeleteBucket": self._delete_bucket,
            **Creations(self._forward, self._notifier).operations,
            **Removals(self._forward, self._objects, self._notifier).operations,
            **Updates(self._forward, self._objects, self._notifier).operations,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "s3" and call.operation in self._operations

    async def handle(self, call: Call) -> Reply:
        return await self._operations[call.operation](call)

    def notice(self, call: Call) -> None:
        """Forget what a call that has been answered may have changed."""
        if call.service == "s3":
            self._objects.notice(call)
        else:
            self._permissions.notice(call)

    async def close(self) -> None:
        """Hand over what is on its way; what waits for a delay is given up."""
        await self.delivery.close()

    async def _forward(self, call: Call) -> Reply:
        """Pass a call on; the answer gets S3's two request ids, a defect of moto S3's words."""
        reply = await self._control_plane(call)
        if reply.status == 500 and reply.header("content-type").startswith("text/plain"):
            message = "We encountered an internal error. Please try again."
            raise AwsError("InternalError", message, 500)
        reply.headers = [*reply.headers, *identification()]
        return reply

    async def _configure(self, call: Call) -> Reply:
        bucket = _owned(call)
        region = await self._objects.bucket_region(bucket)
        body = await whole_body(call, _LONGEST_CONFIGURATION)
        configuration = replace(parse(body), region=region)
        refuse_unusable(configuration)
        reply = Reply(200, identification())
        if call.header("x-amz-skip-destination-validation").lower() != "true":
            await refuse_forbidden(self._permissions, bucket, configuration)
            await self._announce(bucket, configuration, reply)
        self._notifier.configurations[bucket] = configuration
        self._journal.record(
            "s3.notification_configured", bucket=bucket, rules=len(configuration.destinations)
        )
        return reply

    async def _announce(self, bucket: str, configuration: Configuration, reply: Reply) -> None:
        """Send the test event to every queue and topic, once each."""
        ids = reply.header("x-amz-request-id"), reply.header("x-amz-id-2")
        payload = orjson.dumps(announcement(bucket, self._clock.now(), *ids))
        told = {rule.arn: rule.service for rule in configuration.rules}
        for arn, service in told.items():
            if service in _TOLD_WHEN_SAVED:
                await SENDERS[service](self._door, arn, payload, "")

    async def _describe(self, call: Call) -> Reply:
        bucket = _owned(call)
        await self._objects.bucket_region(bucket)
        headers = [("content-type", "application/xml"), *identification()]
        return Reply(200, headers, render(self._notifier.configuration(bucket)))

    async def _delete_bucket(self, call: Call) -> Reply:
        reply = await self._forward(call)
        if reply.status == 204:
            self._notifier.configurations.pop(place(call)[0], None)
        return reply


def _owned(call: Call) -> str:
    """Return the bucket of a call; raises `AwsError` when another owner than ours is expected."""
    if call.header("x-amz-expected-bucket-owner", ACCOUNT) != ACCOUNT:
        raise AwsError("AccessDenied", "Access Denied", 403)
    return place(call)[0]
