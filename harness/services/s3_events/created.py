"""Writes passing through: PutObject, browser forms, copies, completed multipart uploads."""

from __future__ import annotations

from dataclasses import replace

from harness.call import Call, Handler, Reply
from harness.services.s3_events import events
from harness.services.s3_events.change import ObjectChange
from harness.services.s3_events.notifier import Notifier
from harness.services.s3_events.objects import Stored
from harness.services.s3_events.place import place

_EVENTS = {
    "PutObject": events.PUT,
    "PostObject": events.POST,
    "CopyObject": events.COPY,
    "CompleteMultipartUpload": events.COMPLETE,
}


class Creations:
    """Forwards what creates objects and tells of it."""

    def __init__(self, forward: Handler, notifier: Notifier) -> None:
        self._forward = forward
        self._notifier = notifier
        self.operations = {
            "PutObject": self._put,
            "PostObject": self._write,
            "CopyObject": self._write,
            "CompleteMultipartUpload": self._write,
        }

    async def _put(self, call: Call) -> Reply:
        size = _size(call)
        if size is None:
            return await self._write(call)
        reply = await self._forward(call)
        if reply.status < 400:
            change = self._notifier.change(
                *(call, reply, events.PUT, place(call)),
                size=size,
                etag=reply.header("etag").strip('"'),
                version_id=_version_id(reply),
                sequencer=self._notifier.sequencer(),
            )
            self._notifier.tell(change)
        return reply

    async def _write(self, call: Call) -> Reply:
        reply = await self._forward(call)
        if reply.status < 400:
            self._created(call, reply)
        return reply

    def _created(self, call: Call, reply: Reply) -> None:
        change = self._notifier.change(
            *(call, reply, _EVENTS[call.operation], place(call)),
            version_id=_version_id(reply),
            sequencer=self._notifier.sequencer(),
        )
        self._notifier.tell(change, _completed)


def _completed(change: ObjectChange, stored: Stored) -> ObjectChange:
    """Return the change with what the control plane's answer to a write does not say."""
    return replace(change, size=stored.size, etag=stored.etag, version_id=stored.version_id)


def _version_id(reply: Reply) -> str:
    version_id = reply.header("x-amz-version-id")
    return "" if version_id == "null" else version_id


def _size(call: Call) -> int | None:
    """Return the object's size; None when the request does not say it."""
    length = call.header("x-amz-decoded-content-length") or call.header("content-length")
    return int(length) if length.isdigit() else None
