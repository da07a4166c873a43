"""Rules and changes that the tests of S3 events share."""

from __future__ import annotations

from typing import Any

from harness.services.s3_events.change import ObjectChange, Request
from harness.services.s3_events.configuration import Rule

REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
ALL = ("s3:ObjectCreated:*",)
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:t"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
REQUEST = Request(
    call_id="c",
    source_ip="203.0.113.7",
    trace="",
    request_id="D82B88E5F771F645",
    host_id="vlR7PnpV2Ce81l0P",
)


def rule(arn: str = FUNCTION, **changes: Any) -> Rule:
    return Rule(**{"id": "rule", "arn": arn, "events": ALL, **changes})


def change(**changes: Any) -> ObjectChange:
    """Return a change: by default a PutObject in a versioned bucket."""
    members: dict[str, Any] = {
        "event_name": "ObjectCreated:Put",
        "bucket": "b",
        "key": "uploads/3f_員工 (1).pdf",
        "request": REQUEST,
        "time": 1795397820.123,
        "region": REGION,
        "size": 1305107,
        "etag": "b21b84d653bb07b05b1e6b33684dc11b",
        "version_id": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
        "sequencer": "0C0F6F405D6ED209E1",
    }
    return ObjectChange(**{**members, **changes})
