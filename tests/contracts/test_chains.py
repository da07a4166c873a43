"""Events that go through more than one service before they start a function."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

from tests.contracts.account import ACCOUNT, Account, Queue, unique
from tests.contracts.buffered import buffered, queue
from tests.contracts.listener import permit
from tests.contracts.metrics import total

LIMIT = 16


def test_5_8_an_object_starts_a_function_through_a_topic(account: Account):
    reports, bucket = account.queue(), account.bucket()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:*:*:{bucket}"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    account.sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.arn)
    rule = {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}
    account.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [rule]}
    )
    assert told(reports.receive())["Event"] == "s3:TestEvent"
    account.s3.put_object(Bucket=bucket, Key="員工 (1).pdf", Body=b"x")
    (record,) = told(reports.receive())["Records"]
    assert unquote_plus(record["s3"]["object"]["key"]) == "員工 (1).pdf"


def told(event: dict) -> dict:
    """Return what S3 said in an event of SNS."""
    (record,) = event["Records"]
    assert record["Sns"]["Subject"] == "Amazon S3 Notification"
    return dict(json.loads(record["Sns"]["Message"]))


def test_5_8_an_object_starts_a_function_through_a_queue(account: Account):
    """Two decodes: of the message, then of S3's event; the test event comes along (§5.7)."""
    source, bucket = queue(account), account.bucket()
    permit(account, bucket, source)
    buffer = buffered(account, "keep", source=source, function={"Timeout": 2})
    rule = {"QueueArn": source.arn, "Events": ["s3:ObjectCreated:*"]}
    account.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [rule]}
    )
    keys = {f"{number} ü.txt" for number in range(5)}
    for key in keys:
        account.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    seen: set[str] = set()
    while seen < keys:
        for body in map(json.loads, buffer.batch()):
            records = body.get("Records", [])
            seen |= {unquote_plus(record["s3"]["object"]["key"]) for record in records}
    assert seen == keys
    buffer.emptied()


def test_3_7_a_function_that_writes_where_it_is_started_from_is_stopped(account: Account):
    bucket, letters = account.bucket(), account.queue()
    function = account.function(
        "loops.write_again",
        DeadLetterConfig={"TargetArn": letters.arn},
        Timeout=30,
    )
    account.notify(bucket, function)
    account.s3.put_object(Bucket=bucket, Key="0", Body=b"x")
    assert stopped_at(letters) == str(LIMIT)
    listed = account.s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert {entry["Key"] for entry in listed} == {str(number) for number in range(LIMIT + 1)}


def stopped_at(letters: Queue) -> str:
    (record,) = json.loads(letters.message()["Body"])["Records"]
    return unquote_plus(record["s3"]["object"]["key"])


def test_3_7_a_loop_through_a_queue_is_stopped(account: Account):
    source, reports = queue(account, VisibilityTimeout="30"), account.queue()
    variables = {"REPORTS": reports.url, "SOURCE": source.url}
    function = account.function("loops.send_again", variables, Timeout=30)
    account.lambda_.create_event_source_mapping(
        EventSourceArn=source.arn, FunctionName=function.name, BatchSize=1
    )
    source.sqs.send_message(QueueUrl=source.url, MessageBody="0")
    assert [reports.receive() for _ in range(LIMIT)] == list(range(LIMIT))
    assert total(account, function, "RecursiveInvocationsDropped", 1) >= 1
    assert reports.is_empty()
