"""Changes to what belongs to an object: its tags and its access control list."""

from __future__ import annotations

from dataclasses import replace

from harness.call import Call, Handler, Reply
from harness.errors import AwsError
from harness.services.s3_events import events
from harness.services.s3_events.change import ObjectChange
from harness.services.s3_events.notifier import Notifier
from harness.services.s3_events.objects import Objects, Stored
from harness.services.s3_events.place import place

_EVENTS = {
    "PutObjectTagging": events.TAGGING_PUT,
    "DeleteObjectTagging": events.TAGGING_DELETE,
    "PutObjectAcl": events.ACL_PUT,
}


class Updates:
    """Forwards changes of tags and ACLs and tells of them; their events have no sequencer."""

    def __init__(self, forward: Handler, objects: Objects, notifier: Notifier) -> None:
        self._forward = forward
        self._objects = objects
        self._notifier = notifier
        self.operations = {
            "PutObjectTagging": self._update,
            "DeleteObjectTagging": self._delete_tagging,
            "PutObjectAcl": self._put_acl,
        }

    async def _update(self, call: Call) -> Reply:
        reply = await self._forward(call)
        if reply.status < 400:
            self._updated(call, reply)
        return reply

    async def _delete_tagging(self, call: Call) -> Reply:
        # The control plane fails at a key it does not have.
        bucket, key = place(call)
        if not await self._objects.exists(bucket, key, call.parameters().get("versionId", "")):
            await self._objects.bucket_region(bucket)
            message = "The specified key does not exist."
            raise AwsError("NoSuchKey", message, 404, {"Key": key})
        return await self._update(call)

    async def _put_acl(self, call: Call) -> Reply:
        """An ACL that stays as it was is no event."""
        bucket, key = place(call)
        if not self._notifier.configuration(bucket).wants((events.ACL_PUT,), key):
            return await self._update(call)
        version_id = call.parameters().get("versionId", "")
        before = await self._objects.acl(bucket, key, version_id)
        reply = await self._forward(call)
        if reply.status < 400 and await self._objects.acl(bucket, key, version_id) != before:
            self._updated(call, reply)
        return reply

    def _updated(self, call: Call, reply: Reply) -> None:
        change = self._notifier.change(
            *(call, reply, _EVENTS[call.operation], place(call)),
            version_id=call.parameters().get("versionId", ""),
        )
        self._notifier.tell(change, _completed)


def _completed(change: ObjectChange, stored: Stored) -> ObjectChange:
    return replace(change, etag=stored.etag, version_id=stored.version_id)
