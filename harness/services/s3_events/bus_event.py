"""A change as EventBridge is told of it (aws-behaviour §5.8); pure."""

from __future__ import annotations

from typing import Any

import orjson

from harness.aws import ACCOUNT
from harness.services.s3_events import events
from harness.services.s3_events.change import ObjectChange

_CREATED = {
    events.PUT: "PutObject",
    events.POST: "POST Object",
    events.COPY: "CopyObject",
    events.COMPLETE: "CompleteMultipartUpload",
}
_REMOVED = {
    events.DELETE: "Permanently Deleted",
    events.DELETE_MARKER: "Delete Marker Created",
}
_UPDATED = {
    events.TAGGING_PUT: "Object Tags Added",
    events.TAGGING_DELETE: "Object Tags Deleted",
    events.ACL_PUT: "Object ACL Updated",
}


def entry(change: ObjectChange) -> dict[str, Any]:
    """Return the change as an entry of PutEvents."""
    detail_type, told = _kind(change.event_name)
    members: dict[str, Any] = {
        "Source": "aws.s3",
        "DetailType": detail_type,
        "Detail": orjson.dumps({**_detail(change), **told}).decode(),
        "Resources": [f"arn:aws:s3:::{change.bucket}"],
        "Time": change.time,
    }
    if change.request.trace:
        members["TraceHeader"] = change.request.trace
    return members


def _kind(event_name: str) -> tuple[str, dict[str, str]]:
    """Return the detail type and the members that only this kind of event has."""
    if reason := _CREATED.get(event_name):
        return "Object Created", {"reason": reason}
    if deletion := _REMOVED.get(event_name):
        return "Object Deleted", {"reason": "DeleteObject", "deletion-type": deletion}
    return _UPDATED[event_name], {}


def _detail(change: ObjectChange) -> dict[str, Any]:
    return {
        "version": "0",
        "bucket": {"name": change.bucket},
        "object": _object(change),
        "request-id": change.request.request_id,
        "requester": ACCOUNT,
        "source-ip-address": change.request.source_ip,
    }


def _object(change: ObjectChange) -> dict[str, Any]:
    """Return the object's members in EventBridge's spelling; the key is not encoded (§5.2.4)."""
    members: dict[str, Any] = {"key": change.key}
    if change.size is not None:
        members["size"] = change.size
    if change.etag:
        members["etag"] = change.etag
    if change.version_id:
        members["version-id"] = change.version_id
    if change.sequencer:
        members["sequencer"] = change.sequencer
    return members
