"""What S3 sends, member by member as AWS does (aws-behaviour §5.1, §5.2, §5.7); pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from harness.clock import iso8601
from harness.services.s3_events.change import ObjectChange

_PRINCIPAL = "A3NL1KOZZKExample"
_FAMILIES_2_3 = ("ObjectTagging:", "ObjectAcl:")


def event(change: ObjectChange, configuration_id: str, plain: str = "/") -> dict[str, Any]:
    """Return the event a notification rule delivers: one record, in AWS's member order.

    plain: characters of the key that are left as they are, beside letters, digits and `-_.~`.
    """
    return {"Records": [_record(change, configuration_id, plain)]}


def _record(change: ObjectChange, configuration_id: str, plain: str) -> dict[str, Any]:
    return {
        "eventVersion": "2.3" if change.event_name.startswith(_FAMILIES_2_3) else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": change.region,
        "eventTime": iso8601(change.time),
        "eventName": change.event_name,
        "userIdentity": {"principalId": f"AWS:{_PRINCIPAL}"},
        "requestParameters": {"sourceIPAddress": change.request.source_ip},
        "responseElements": {
            "x-amz-request-id": change.request.request_id,
            "x-amz-id-2": change.request.host_id,
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {
                "name": change.bucket,
                "ownerIdentity": {"principalId": _PRINCIPAL},
                "arn": f"arn:aws:s3:::{change.bucket}",
            },
            "object": _object(change, plain),
        },
    }


def _object(change: ObjectChange, plain: str) -> dict[str, Any]:
    members: dict[str, Any] = {"key": quote_plus(change.key, safe=plain)}
    if change.size is not None:
        members["size"] = change.size
    if change.etag:
        members["eTag"] = change.etag
    if change.version_id:
        members["versionId"] = change.version_id
    if change.sequencer:
        members["sequencer"] = change.sequencer
    return members


def announcement(bucket: str, time: float, request_id: str, host_id: str) -> dict[str, Any]:
    """Return the `s3:TestEvent` that queues and topics get when a rule for them is saved."""
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": iso8601(time),
        "Bucket": bucket,
        "RequestId": request_id,
        "HostId": host_id,
    }
