"""Deletes passing through: DeleteObject, and DeleteObjects with each of its keys.

An answer does not say whether there was anything to delete, so where somebody wants to know it is
looked up before. A delete of nothing is no event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from harness.call import Bytes, Call, Handler, Reply
from harness.s3_xml import children, local_name, malformed, parse_xml, text_of
from harness.services.s3_events import events
from harness.services.s3_events.change import EMPTY_ETAG
from harness.services.s3_events.notifier import Notifier
from harness.services.s3_events.objects import Objects
from harness.services.s3_events.place import place
from harness.services.s3_events.whole_body import whole_body

_MOST_KEYS = 1000
_LONGEST_REQUEST = 2 * 1024 * 1024
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Target:
    """What a delete names; version_id: "" for the current version."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True)
class Removal:
    """What a delete did; version_id: of the version or the marker, "" without versioning."""

    event_name: str
    version_id: str


def removal(target: Target, marker: str, versioning: str, *, existed: bool) -> Removal | None:
    """Return what deleting `target` did; None when nothing happened (pure).

    marker: version of the delete marker that was made, "" without one. versioning: of the bucket.
    """
    if marker:
        return Removal(events.DELETE_MARKER, marker)
    if not existed:
        return None
    if target.version_id:
        return Removal(events.DELETE, target.version_id.replace("null", ""))
    if versioning == "Enabled":
        return None  # The control plane makes no marker for a key that never existed.
    return Removal(events.DELETE_MARKER if versioning else events.DELETE, "")


class Removals:
    """Forwards deletes and tells of them."""

    def __init__(self, forward: Handler, objects: Objects, notifier: Notifier) -> None:
        self._forward = forward
        self._objects = objects
        self._notifier = notifier
        self.operations = {"DeleteObject": self._delete, "DeleteObjects": self._delete_all}

    async def _delete(self, call: Call) -> Reply:
        bucket, key = place(call)
        target = Target(key, call.parameters().get("versionId", ""))
        versioning, missing = await self._before(bucket, [target])
        reply = await self._forward(call)
        if reply.status < 400:
            marked = reply.header("x-amz-delete-marker") == "true" and not target.version_id
            marker = reply.header("x-amz-version-id") if marked else ""
            done = removal(target, marker, versioning, existed=target not in missing)
            self._tell(call, reply, bucket, target, done)
        return reply

    async def _delete_all(self, call: Call) -> Reply:
        bucket, _ = place(call)
        body = await whole_body(call, _LONGEST_REQUEST)
        call.body = Bytes(body)
        versioning, missing = await self._before(bucket, list(_targets(body)))
        reply = await self._forward(call)
        if reply.status < 400:
            for target, marker in _deleted(await reply.read()):
                existed = target not in missing
                done = removal(target, marker, versioning, existed=existed)
                self._tell(call, reply, bucket, target, done)
                missing.add(target)  # Named twice, it is deleted once.
        return reply

    async def _before(self, bucket: str, targets: Sequence[Target]) -> tuple[str, set[Target]]:
        """Return the bucket's versioning, and which targets that somebody cares for are missing."""
        versioning = await self._objects.versioning(bucket)
        configuration = self._notifier.configuration(bucket)
        asked = [
            target
            for target in targets
            if target.version_id or versioning != "Enabled"
            if configuration.wants((events.DELETE, events.DELETE_MARKER), target.key)
        ]
        missing: set[Target] = set()
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            found = await asyncio.gather(
                *(self._objects.exists(bucket, target.key, target.version_id) for target in some)
            )
            missing |= {target for target, exists in zip(some, found, strict=True) if not exists}
        return versioning, missing

    def _tell(
        self, call: Call, reply: Reply, bucket: str, target: Target, done: Removal | None
    ) -> None:
        if done is None:
            return
        change = self._notifier.change(
            *(call, reply, done.event_name, (bucket, target.key)),
            etag=EMPTY_ETAG if done.event_name == events.DELETE_MARKER else "",
            version_id=done.version_id,
            sequencer=self._notifier.sequencer(),
        )
        self._notifier.tell(change)


def _targets(body: bytes) -> Iterator[Target]:
    """Yield what a DeleteObjects request names; raises `AwsError` MalformedXML."""
    root = parse_xml(body)
    objects = children(root, "Object")
    if local_name(root) != "Delete" or not 1 <= len(objects) <= _MOST_KEYS:
        raise malformed()
    for found in objects:
        key = text_of(found, "Key")
        if not key:
            raise malformed()
        yield Target(key, text_of(found, "VersionId"))


def _deleted(body: bytes) -> Iterator[tuple[Target, str]]:
    """Yield what a DeleteObjects answer says was deleted, each with its delete marker's version."""
    for found in children(ET.fromstring(body), "Deleted"):  # noqa: S314 - the control plane's own
        target = Target(text_of(found, "Key"), text_of(found, "VersionId"))
        yield target, text_of(found, "DeleteMarkerVersionId")
