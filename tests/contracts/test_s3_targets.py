"""What reaches each kind of destination, from the test event on (aws-behaviour §5.6-5.8)."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from tests.contracts.account import ACCOUNT, Account, Queue, eventually, unique
from tests.contracts.listener import EVERYTHING, Listener, check

KEY = "uploads/員工 手冊 (1)+v2.pdf"


def headers(answer: dict[str, Any]) -> dict[str, str]:
    return dict(answer["ResponseMetadata"]["HTTPHeaders"])


def test_5_7_a_queue_gets_a_test_event_when_the_rule_is_saved(account: Account):
    listener = Listener(account)
    saved = headers(listener.saved)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", listener.announced.pop("Time"))
    assert listener.announced == {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Bucket": listener.bucket,
        "RequestId": saved["x-amz-request-id"],
        "HostId": saved["x-amz-id-2"],
    }


def test_12_4_the_test_event_comes_again_with_every_configuration(account: Account):
    listener = Listener(account)
    listener.listen()
    assert listener.queue.receive()["Event"] == "s3:TestEvent"


def topic(account: Account, bucket: str) -> tuple[str, Queue]:
    """Return a topic that S3 may publish to, and a queue that is subscribed to it."""
    arn, queue = account.sns.create_topic(Name=unique("topic"))["TopicArn"], account.queue()
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
    }
    account.sns.set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps({"Statement": [statement]})
    )
    account.sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn)
    return arn, queue


def test_5_8_a_topic_gets_the_record_under_a_subject(account: Account):
    bucket = account.bucket()
    arn, queue = topic(account, bucket)
    rule = {"Id": "rule-1", "TopicArn": arn, "Events": EVERYTHING}
    account.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [rule]}
    )
    announced = queue.receive()
    assert announced["Subject"] == "Amazon S3 Notification"
    assert json.loads(announced["Message"])["Event"] == "s3:TestEvent"
    answer = account.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    notification = queue.receive()
    assert (notification["Type"], notification["TopicArn"]) == ("Notification", arn)
    assert notification["Subject"] == "Amazon S3 Notification"
    (record,) = json.loads(notification["Message"])["Records"]
    etag = answer["ETag"].strip('"')
    check(record, bucket, "ObjectCreated:Put", answer, key="k", size=1, eTag=etag)


class Bus:
    """A bucket that tells EventBridge, and a rule of the default bus for it."""

    def __init__(self, account: Account, **pattern: Any) -> None:
        self.account = account
        self.bucket = account.bucket(versioned=True)
        self.name = unique("rule")
        wanted = {"bucket": {"name": [self.bucket]}, **pattern}
        account.events.put_rule(
            Name=self.name, EventPattern=json.dumps({"source": ["aws.s3"], "detail": wanted})
        )
        account.s3.put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )

    def target(self, arn: str, **more: Any) -> None:
        targets = [{"Id": unique("target"), "Arn": arn, **more}]
        self.account.events.put_targets(Rule=self.name, Targets=targets)


def check_envelope(event: dict[str, Any], bus: Bus, detail_type: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
    assert event == {
        "version": "0",
        "id": event["id"],
        "detail-type": detail_type,
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": event["time"],
        "region": "ap-northeast-1",
        "resources": [f"arn:aws:s3:::{bus.bucket}"],
        "detail": event["detail"],
    }


def test_5_8_eventbridge_delivers_to_a_queue_and_5_2_4_the_key_is_plain(account: Account):
    bus, queue = Bus(account), account.queue()
    bus.target(queue.arn)
    answer = account.s3.put_object(Bucket=bus.bucket, Key=KEY, Body=b"content")
    event = queue.receive()
    check_envelope(event, bus, "Object Created")
    sequencer = event["detail"]["object"]["sequencer"]
    assert event["detail"] == {
        "version": "0",
        "bucket": {"name": bus.bucket},
        "object": {
            "key": KEY,
            "size": 7,
            "etag": answer["ETag"].strip('"'),
            "version-id": answer["VersionId"],
            "sequencer": sequencer,
        },
        "request-id": headers(answer)["x-amz-request-id"],
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    }


def test_5_8_eventbridge_is_told_of_deletes_tags_and_acls(account: Account):
    bus, queue = Bus(account), account.queue()
    bus.target(queue.arn)
    account.s3.put_object(Bucket=bus.bucket, Key="k", Body=b"x")
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    account.s3.put_object_tagging(Bucket=bus.bucket, Key="k", Tagging=tags)
    account.s3.delete_object_tagging(Bucket=bus.bucket, Key="k")
    account.s3.put_object_acl(Bucket=bus.bucket, Key="k", ACL="public-read")
    marker = account.s3.delete_object(Bucket=bus.bucket, Key="k")["VersionId"]
    account.s3.delete_object(Bucket=bus.bucket, Key="k", VersionId=marker)
    found = [queue.receive() for _ in range(6)]
    told = {(event["detail-type"], event["detail"].get("deletion-type")) for event in found}
    assert told == {
        ("Object Created", None),
        ("Object Tags Added", None),
        ("Object Tags Deleted", None),
        ("Object ACL Updated", None),
        ("Object Deleted", "Delete Marker Created"),
        ("Object Deleted", "Permanently Deleted"),
    }


def test_5_8_eventbridge_invokes_a_function_with_the_event_itself(account: Account):
    reports = account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    bus = Bus(account, object={"key": [{"suffix": ".pdf"}]})
    bus.target(function.arn)
    account.s3.put_object(Bucket=bus.bucket, Key="a.txt", Body=b"x")
    account.s3.put_object(Bucket=bus.bucket, Key="a.pdf", Body=b"x")
    event = reports.receive()
    check_envelope(event, bus, "Object Created")
    assert event["detail"]["object"]["key"] == "a.pdf"


def test_5_8_events_of_ones_own_reach_functions_too(account: Account):
    reports = account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    name, source = unique("rule"), unique("source")
    account.events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    account.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": function.arn}])
    entry = {"Source": source, "DetailType": "t", "Detail": '{"a": 1}'}
    answer = account.events.put_events(Entries=[entry, {**entry, "Detail": "no JSON"}])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][1]["ErrorCode"] == "MalformedDetail"
    event = reports.receive()
    assert (event["id"], event["detail"]) == (answer["Entries"][0]["EventId"], {"a": 1})


def test_5_6_7_a_permission_that_is_taken_back_stops_deliveries(account: Account):
    """An event is judged when it is delivered, so the permission may not come back too soon."""
    listener, witness = Listener(account), Listener(account)
    listener.put("before")
    assert listener.told()[1]["key"] == "before"
    attributes = {"QueueUrl": listener.queue.url, "Attributes": {"Policy": ""}}
    account.sqs.set_queue_attributes(**attributes)
    listener.put("meanwhile")
    witness.put("afterwards")
    assert witness.told()[1]["key"] == "afterwards"
    assert listener.queue.is_empty()


def test_the_trace_of_the_writing_request_is_passed_on(account: Account):
    listener, trace = Listener(account), "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Sampled=1"
    httpx.put(
        f"{account.url}/{listener.bucket}/k", content=b"x", headers={"x-amzn-trace-id": trace}
    )

    def received() -> dict[str, Any] | None:
        answer = account.sqs.receive_message(
            QueueUrl=listener.queue.url, WaitTimeSeconds=10, MessageSystemAttributeNames=["All"]
        )
        return next(iter(answer.get("Messages", [])), None)

    assert eventually(received)["Attributes"]["AWSTraceHeader"] == trace


def test_a_template_configures_every_destination(account: Account):
    found = account.s3.get_bucket_notification_configuration(Bucket="contracts")
    assert found["QueueConfigurations"][0]["QueueArn"].endswith(":contracts")
    assert found["TopicConfigurations"][0]["TopicArn"].endswith(":contracts")
    assert found["EventBridgeConfiguration"] == {}


@pytest.fixture
def unusual(account: Account) -> Any:
    """Change the delivery profile for one test; it is off again after it."""
    url = f"{account.url}/_harness/s3-delivery"

    def use(profile: str) -> httpx.Response:
        return httpx.put(url, content=profile)

    yield use
    assert use("off").json() == {"profile": "off"}


def test_5_4_1_a_profile_delivers_the_same_event_twice(account: Account, unusual: Any):
    listener = Listener(account)
    assert unusual("duplicates=1,seed=1").json() == {"profile": "duplicates=1,seed=1"}
    listener.put()
    one, other = listener.record(), listener.record()
    assert one == other


def test_5_4_1_a_profile_lets_later_events_overtake(account: Account, unusual: Any):
    listener = Listener(account)
    unusual("delay=600")  # a second at the speed of these tests
    listener.put("first")
    unusual("off")
    listener.put("second")
    assert [listener.told()[1]["key"] for _ in range(2)] == ["second", "first"]


def test_5_2_3_hostile_keys_are_encoded_more_than_aws_does(account: Account, unusual: Any):
    listener = Listener(account)
    unusual("keys=hostile")
    listener.put("a/b c")
    assert listener.told()[1]["key"] == "a%2Fb+c"


def test_a_profile_that_is_none_is_refused(unusual: Any):
    answer = unusual("delay=soon")
    assert answer.status_code == 400
    assert "delay=soon: seconds are needed" in answer.json()["message"]
