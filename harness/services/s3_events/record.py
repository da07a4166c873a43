"""The S3 event record, member by member as AWS sends it (aws-behaviour §5.1, §5.2); pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from harness.clock import iso8601

_PRINCIPAL = "A3NL1KOZZKExample"


@dataclass(frozen=True, slots=True)
class ObjectWritten:
    """A finished write; key: plain; etag: without quotes; version_id: "" when unversioned."""

    event_name: str
    bucket: str
    key: str
    size: int
    etag: str
    version_id: str
    sequencer: str
    time: float
    request_id: str
    host_id: str
    source_ip: str
    region: str


def event(written: ObjectWritten, configuration_id: str) -> dict[str, Any]:
    """Return the event a notification rule delivers: one record, in AWS's member order."""
    return {"Records": [_record(written, configuration_id)]}


def _record(written: ObjectWritten, configuration_id: str) -> dict[str, Any]:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": written.region,
        "eventTime": iso8601(written.time),
        "eventName": written.event_name,
        "userIdentity": {"principalId": f"AWS:{_PRINCIPAL}"},
        "requestParameters": {"sourceIPAddress": written.source_ip},
        "responseElements": {
            "x-amz-request-id": written.request_id,
            "x-amz-id-2": written.host_id,
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {
                "name": written.bucket,
                "ownerIdentity": {"principalId": _PRINCIPAL},
                "arn": f"arn:aws:s3:::{written.bucket}",
            },
            "object": _object(written),
        },
    }


def _object(written: ObjectWritten) -> dict[str, Any]:
    members: dict[str, Any] = {
        "key": encoded(written.key),
        "size": written.size,
        "eTag": written.etag,
    }
    if written.version_id:
        members["versionId"] = written.version_id
    return {**members, "sequencer": written.sequencer}


def encoded(key: str) -> str:
    """Return a key as event records carry it: form-urlencoded, slashes as they are."""
    return quote_plus(key, safe="/")


class Sequencers:
    """18 hexadecimal digits, strictly increasing, so both of AWS's padding rules agree (§5.5)."""

    def __init__(self, now_ns: int) -> None:
        self._numbers = itertools.count(now_ns)

    def next(self) -> str:
        return f"{next(self._numbers):018X}"
