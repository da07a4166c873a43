"""Events of objects being created, from the bucket to the function (aws-behaviour §5)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest

from tests.contracts.account import Account, Function, Queue

KEY = "uploads/員工 手冊 (1)+v2.pdf"
ENCODED = "uploads/%E5%93%A1%E5%B7%A5+%E6%89%8B%E5%86%8A+%281%29%2Bv2.pdf"
MB = 1024 * 1024


class Watched:
    """A versioned bucket whose events a function passes on to a queue."""

    def __init__(self, account: Account, **rule: Any) -> None:
        self.s3 = account.s3
        self.events: Queue = account.queue()
        self.bucket = account.bucket(versioned=True)
        variables = {"REPORTS": self.events.url}
        self.function: Function = account.function("subject.report_event", variables)
        account.notify(self.bucket, self.function, Id="rule-1", **rule)

    def put(self, key: str, body: bytes = b"content") -> dict[str, Any]:
        answer: dict[str, Any] = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return answer

    def record(self) -> dict[str, Any]:
        """Return the one record of the next event."""
        (record,) = self.events.receive()["Records"]
        return dict(record)

    def no_more(self) -> bool:
        """Tell whether nothing was sent before the event of one more object."""
        self.put("the last one")
        return bool(self.record()["s3"]["object"]["key"] == "the+last+one")


@pytest.fixture
def watched(account: Account) -> Watched:
    return Watched(account)


def check(record: dict[str, Any], watched: Watched, event_name: str, **expected: Any) -> None:
    """Compare a whole record; `expected` is what its object member must say."""
    told = record["responseElements"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["eventTime"])
    assert re.fullmatch(r"[0-9A-F]{18}", record["s3"]["object"]["sequencer"])
    principal = record["s3"]["bucket"]["ownerIdentity"]["principalId"]
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "ap-northeast-1",
        "eventTime": record["eventTime"],
        "eventName": event_name,
        "userIdentity": {"principalId": f"AWS:{principal}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": told["x-amz-request-id"],
            "x-amz-id-2": told["x-amz-id-2"],
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "rule-1",
            "bucket": {
                "name": watched.bucket,
                "ownerIdentity": {"principalId": principal},
                "arn": f"arn:aws:s3:::{watched.bucket}",
            },
            "object": {"sequencer": record["s3"]["object"]["sequencer"], **expected},
        },
    }


def check_answer(record: dict[str, Any], headers: dict[str, str]) -> None:
    """The record repeats what the writing request was answered with."""
    told = record["responseElements"]
    assert told["x-amz-request-id"] == headers["x-amz-request-id"]
    assert told["x-amz-id-2"] == headers["x-amz-id-2"]


def test_5_1_put(watched: Watched):
    answer = watched.put(KEY)
    record = watched.record()
    version, etag = answer["VersionId"], answer["ETag"].strip('"')
    check(record, watched, "ObjectCreated:Put", key=ENCODED, size=7, eTag=etag, versionId=version)
    check_answer(record, answer["ResponseMetadata"]["HTTPHeaders"])
    assert unquote_plus(record["s3"]["object"]["key"]) == KEY


def test_5_1_copy(watched: Watched):
    watched.put("original", b"a longer content")
    watched.record()
    source = {"Bucket": watched.bucket, "Key": "original"}
    answer = watched.s3.copy_object(Bucket=watched.bucket, Key=KEY, CopySource=source)
    record = watched.record()
    version, etag = answer["VersionId"], answer["CopyObjectResult"]["ETag"].strip('"')
    check(record, watched, "ObjectCreated:Copy", key=ENCODED, size=16, eTag=etag, versionId=version)
    check_answer(record, answer["ResponseMetadata"]["HTTPHeaders"])


def test_5_1_complete_multipart_upload(watched: Watched):
    watched.s3.upload_fileobj(io.BytesIO(bytes(9 * MB)), watched.bucket, KEY)
    record = watched.record()
    head = watched.s3.head_object(Bucket=watched.bucket, Key=KEY)
    check(
        record,
        watched,
        "ObjectCreated:CompleteMultipartUpload",
        key=ENCODED,
        size=9 * MB,
        eTag=head["ETag"].strip('"'),
        versionId=head["VersionId"],
    )
    assert record["s3"]["object"]["eTag"].endswith("-2")
    assert watched.no_more()


def test_5_1_post(watched: Watched):
    form = watched.s3.generate_presigned_post(watched.bucket, "uploads/${filename}")
    files = {"file": (KEY.removeprefix("uploads/"), b"from a form")}
    answer = httpx.post(form["url"], data=form["fields"], files=files)
    record = watched.record()
    head = watched.s3.head_object(Bucket=watched.bucket, Key=KEY)
    check(
        record,
        watched,
        "ObjectCreated:Post",
        key=ENCODED,
        size=11,
        eTag=head["ETag"].strip('"'),
        versionId=head["VersionId"],
    )
    check_answer(record, dict(answer.headers))


def test_5_1_put_through_a_presigned_url(watched: Watched):
    target = {"Bucket": watched.bucket, "Key": KEY}
    url = watched.s3.generate_presigned_url("put_object", target)
    answer = httpx.put(url, content=b"presigned")
    record = watched.record()
    assert (record["eventName"], record["s3"]["object"]["size"]) == ("ObjectCreated:Put", 9)
    check_answer(record, dict(answer.headers))


def test_5_1_the_size_of_a_body_in_chunks_is_that_of_the_object(watched: Watched, account: Account):
    def pieces() -> Iterator[bytes]:
        yield b"four"
        yield b"five!"

    httpx.put(f"{account.url}/{watched.bucket}/k", content=pieces())
    assert watched.record()["s3"]["object"]["size"] == 9


def test_5_1_2_an_unversioned_object_has_no_version(account: Account):
    watched = Watched(account)
    plain = account.bucket()
    account.notify(plain, watched.function)
    account.s3.put_object(Bucket=plain, Key="k", Body=b"x")
    assert "versionId" not in watched.record()["s3"]["object"]


def test_5_5_the_sequencer_grows(watched: Watched):
    for _ in range(5):
        watched.put("same key")
    records = [watched.record() for _ in range(5)]
    by_time = sorted(records, key=lambda record: str(record["s3"]["object"]["sequencer"]))
    versions = [record["s3"]["object"]["versionId"] for record in by_time]
    listed = watched.s3.list_object_versions(Bucket=watched.bucket)["Versions"]
    assert versions == [found["VersionId"] for found in reversed(listed)]


def test_5_4_putting_an_object_does_not_wait_for_the_function(account: Account):
    """The function cannot end before the signal, which is sent after PutObject has returned."""
    reports, signals = account.queue(), account.queue()
    variables = {"REPORTS": reports.url, "SIGNALS": signals.url}
    function = account.function("subject.report_and_wait", variables, Timeout=60)
    bucket = account.bucket()
    account.notify(bucket, function)
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert reports.receive() == "running"
    signals.send()
    assert reports.receive() == "done"


def test_3_a_function_that_fails_is_invoked_again(account: Account):
    reports = account.queue()
    function = account.function("subject.report_and_fail", {"REPORTS": reports.url})
    bucket = account.bucket()
    account.notify(bucket, function)
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert len({reports.receive() for _ in range(3)}) == 1


def test_5_6_only_what_the_rule_wants_is_told(account: Account):
    rules = [{"Name": "prefix", "Value": "up loads/"}, {"Name": "Suffix", "Value": ".pdf"}]
    rules[0]["Value"] = "up+loads/"
    watched = Watched(account, Filter={"Key": {"FilterRules": rules}})
    watched.put("up loads/a.txt")
    watched.put("elsewhere/a.pdf")
    watched.put("up loads/a.pdf")
    assert watched.record()["s3"]["object"]["key"] == "up+loads/a.pdf"
    watched.put("up loads/b.pdf")
    assert watched.record()["s3"]["object"]["key"] == "up+loads/b.pdf"


def test_5_3_a_rule_for_put_alone_misses_large_files(account: Account):
    watched = Watched(account, Events=["s3:ObjectCreated:Put"])
    watched.s3.upload_fileobj(io.BytesIO(bytes(9 * MB)), watched.bucket, "large")
    assert watched.no_more()


def test_a_write_that_failed_tells_nobody(watched: Watched):
    source = {"Bucket": watched.bucket, "Key": "nobody wrote this"}
    with pytest.raises(watched.s3.exceptions.ClientError):
        watched.s3.copy_object(Bucket=watched.bucket, Key="k", CopySource=source)
    assert watched.no_more()


def test_without_rules_nobody_is_told(watched: Watched):
    rules = watched.s3.get_bucket_notification_configuration(Bucket=watched.bucket)
    watched.s3.put_bucket_notification_configuration(
        Bucket=watched.bucket, NotificationConfiguration={}
    )
    watched.put("unheard")
    del rules["ResponseMetadata"]
    watched.s3.put_bucket_notification_configuration(
        Bucket=watched.bucket, NotificationConfiguration=rules
    )
    assert watched.no_more()
