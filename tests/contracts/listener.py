"""A bucket and the queue that hears of it; what the tests of S3 events share."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.contracts.account import ACCOUNT, Account, Queue

EVERYTHING = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put"]


def permit(account: Account, bucket: str, queue: Queue) -> None:
    """Let S3 send what happens in the bucket to the queue (aws-behaviour §5.6.8)."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "SQS:SendMessage",
        "Resource": queue.arn,
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:*:*:{bucket}"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})


class Listener:
    """A bucket whose every event reaches a queue; `announced` is the test event that came first."""

    def __init__(self, account: Account, *, versioned: bool = False, **rule: Any) -> None:
        self.account = account
        self.s3 = account.s3
        self.queue = account.queue()
        self.bucket = account.bucket(versioned=versioned)
        permit(account, self.bucket, self.queue)
        self.saved = self.listen(**rule)
        self.announced = self.queue.receive()

    def listen(self, **rule: Any) -> dict[str, Any]:
        configuration = {"Id": "rule-1", "QueueArn": self.queue.arn, "Events": EVERYTHING, **rule}
        answer: dict[str, Any] = self.s3.put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration={"QueueConfigurations": [configuration]}
        )
        return answer

    def put(self, key: str = "k", body: bytes = b"content") -> dict[str, Any]:
        answer: dict[str, Any] = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return answer

    def suspend(self) -> None:
        status = {"Status": "Suspended"}
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration=status)

    def record(self) -> dict[str, Any]:
        """Return the one record of the next event."""
        (record,) = self.queue.receive()["Records"]
        return dict(record)

    def told(self) -> tuple[str, dict[str, Any]]:
        """Return the name and the object member of the next event."""
        record = self.record()
        return record["eventName"], record["s3"]["object"]

    def no_more(self) -> bool:
        """Tell whether nothing was sent before the event of one more object."""
        self.put("the last one")
        return bool(self.told()[1]["key"] == "the+last+one")


def check(
    record: dict[str, Any], bucket: str, event_name: str, answer: dict[str, Any], **members: Any
) -> None:
    """Compare a whole record; members: of its object, beside the sequencer.

    answer: of the request that made the change, whose identification the record repeats (§5.1.5).
    """
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    late = event_name.startswith(("ObjectTagging", "ObjectAcl"))
    if not late:
        sequencer = record["s3"]["object"]["sequencer"]
        assert re.fullmatch(r"[0-9A-F]{18}", sequencer)
        members["sequencer"] = sequencer
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["eventTime"])
    principal = record["s3"]["bucket"]["ownerIdentity"]["principalId"]
    assert record == {
        "eventVersion": "2.3" if late else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "ap-northeast-1",
        "eventTime": record["eventTime"],
        "eventName": event_name,
        "userIdentity": {"principalId": f"AWS:{principal}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": headers["x-amz-request-id"],
            "x-amz-id-2": headers["x-amz-id-2"],
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "rule-1",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": principal},
                "arn": f"arn:aws:s3:::{bucket}",
            },
            "object": members,
        },
    }
