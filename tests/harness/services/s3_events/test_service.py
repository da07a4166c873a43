"""Changes passing through, and what is told of them; the control plane and the door are played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from harness.call import Bytes, Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.s3_events import S3Events
from harness.services.s3_events.configuration import Configuration, Rule
from harness.services.s3_events.configuration_xml import render
from tests.harness.services.s3_events.examples import FUNCTION, REGION

EVERYTHING = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put")
POLICY = orjson.dumps(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
).decode()


class Aws:
    """Both sides of the service: `answers` of S3 by operation or method, Lambda at the door."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply | Exception | list[Reply]] = {}
        self.asked: list[str] = []
        self.invoked: list[dict[str, Any]] = []
        self.may_invoke = asyncio.Event()
        self.may_invoke.set()

    async def s3(self, call: Call) -> Reply:
        await call.body.read()
        self.asked.append(call.operation)
        found = self.answers.get(call.operation) or self.answers.get(call.method)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, list):
            return found.pop(0)
        return found or Reply(200, [("etag", '"e"')])

    async def door(self, call: Call) -> Reply:
        if call.operation == "GetPolicy":
            return Reply(200, [], orjson.dumps({"Policy": POLICY}))
        await self.may_invoke.wait()
        self.invoked.append(orjson.loads(await call.body.read()))
        return Reply(202)

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the name and the object member of every event, without its sequencer."""
        records = [event["Records"][0] for event in self.invoked]
        return [
            (
                record["eventName"],
                {k: v for k, v in record["s3"]["object"].items() if k != "sequencer"},
            )
            for record in records
        ]


Work = Callable[[S3Events, Aws], Awaitable[None]]


@pytest.fixture
def watching(tmp_path: Path) -> Callable[..., list[Event]]:
    """Run a test's work with a bucket `b` that has a rule; return what the journal was told."""

    def run(work: Work, prefix: str = "") -> list[Event]:
        seen: list[Event] = []

        async def guarded() -> None:
            clock = ManualClock()
            journal, aws = Journal(tmp_path / "journal", clock), Aws()
            service = S3Events(aws.door, aws.s3, journal, clock, REGION)
            await configure(service, Rule("rule", FUNCTION, EVERYTHING, prefix))
            journal.follow(seen.append)
            aws.asked.clear()
            async with asyncio.timeout(20):
                await work(service, aws)
                await service.close()
            journal.close()

        asyncio.run(guarded())
        return seen

    return run


async def configure(service: S3Events, *rules: Rule, **headers: str) -> Reply:
    skip = {"x-amz-skip-destination-validation": "true", **headers}
    operation, body = "PutBucketNotificationConfiguration", Bytes(render(Configuration(rules)))
    return await service.handle(
        Call("s3", operation, "PUT", "/b", "notification", list(skip.items()), body)
    )


async def put(service: S3Events, key: str = "k", *headers: tuple[str, str]) -> Reply:
    length = headers or (("content-length", "1"),)
    return await service.handle(
        Call("s3", "PutObject", "PUT", f"/b/{key}", "", list(length), Bytes(b"x"))
    )


async def call(service: S3Events, operation: str, method: str, query: str = "", body: bytes = b""):
    path = "/b" if operation == "DeleteObjects" else "/b/k"
    return await service.handle(Call("s3", operation, method, path, query, body=Bytes(body)))


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def test_it_claims_changes_and_notifications_only(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        assert service.claims(Call("s3", "PutObject", "PUT", "/b/k"))
        assert not service.claims(Call("s3", "GetObject", "GET", "/b/k"))
        assert not service.claims(Call("lambda", "PutObject", "PUT", "/b/k"))

    watching(work)


def test_the_answer_goes_back_before_anybody_is_told(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.may_invoke.clear()
        assert (await put(service)).status == 200
        assert aws.invoked == []
        aws.may_invoke.set()
        await service.close()
        assert aws.told == [("ObjectCreated:Put", {"key": "k", "size": 1, "eTag": "e"})]

    evaluated, delivered = watching(work)
    assert (evaluated.kind, delivered.kind) == ("s3.evaluated", "s3.delivered")
    assert (delivered.detail["bucket"], delivered.detail["rule"]) == ("b", "rule")
    assert evaluated.detail["rules"] == [
        {
            "id": "rule",
            "target": FUNCTION,
            "matched": True,
            "reason": "event type, prefix and suffix match",
        }
    ]


def test_why_nobody_was_told_is_noted(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        await put(service, "elsewhere/k")
        await service.close()
        assert aws.invoked == []

    (evaluated,) = watching(work, prefix="uploads/")
    assert evaluated.detail["key"] == "elsewhere/k"
    (verdict,) = evaluated.detail["rules"]
    assert not verdict["matched"]
    assert verdict["reason"] == "prefix: the key does not begin with uploads/"


def test_a_change_in_a_bucket_without_rules_is_noted(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        await configure(service)
        await put(service)

    _, evaluated = watching(work)
    assert (evaluated.kind, evaluated.detail["rules"]) == ("s3.evaluated", [])
    assert evaluated.detail["sequencer"]


def test_a_write_that_failed_is_no_event(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["PUT"] = Reply(403)
        reply = await put(service)
        assert (reply.status, len(reply.header("x-amz-request-id"))) == (403, 16)

    assert watching(work) == []


def test_a_defect_of_the_control_plane_is_s3s_internal_error(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["PUT"] = Reply(500, [("content-type", "text/plain; charset=utf-8")], b"oops")
        with pytest.raises(AwsError, match="InternalError"):
            await put(service)

    assert watching(work) == []


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ([("content-length", "1")], 1),
        ([("content-length", "90"), ("x-amz-decoded-content-length", "7")], 7),
        ([("transfer-encoding", "chunked")], 42),
    ],
)
def test_the_size_is_the_objects_own(watching, headers, size):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["HEAD"] = Reply(200, [("content-length", "42"), ("etag", '"e"')])
        await put(service, "k", *headers)
        await service.close()
        ((_, told),) = aws.told
        assert (told["size"], told["eTag"]) == (size, "e")

    watching(work)


@pytest.mark.parametrize("operation", ["CopyObject", "CompleteMultipartUpload"])
def test_what_the_answer_leaves_out_is_asked_for(watching, operation):
    async def work(service: S3Events, aws: Aws) -> None:
        head = [("content-length", "42"), ("etag", '"e"'), ("x-amz-version-id", "v1")]
        aws.answers["HeadObject"] = Reply(200, head)
        await service.handle(Call("s3", operation, "PUT", "/b/%E5%93%A1%20"))
        await service.close()
        members = {"key": "%E5%93%A1+", "size": 42, "eTag": "e", "versionId": "v1"}
        assert aws.told == [(f"ObjectCreated:{operation.removesuffix('Object')}", members)]

    watching(work)


def test_what_could_not_be_asked_for_is_noted(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["HeadObject"] = ConnectionError("reset")
        await call(service, "CopyObject", "PUT")

    _, undelivered = watching(work)
    assert (undelivered.kind, undelivered.detail["reason"]) == ("s3.undelivered", "reset")


def test_nobody_is_asked_about_an_object_that_no_rule_wants(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        await call(service, "CopyObject", "PUT")
        await call(service, "DeleteObject", "DELETE")
        await call(service, "PutObjectAcl", "PUT")
        await service.close()
        assert aws.asked == ["CopyObject", "GetBucketVersioning", "DeleteObject", "PutObjectAcl"]

    watching(work, prefix="uploads/")


VERSIONING = {
    "": b"<VersioningConfiguration/>",
    "Enabled": b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
}


@pytest.mark.parametrize(
    ("versioning", "query", "headers", "told"),
    [
        ("", "", [], ("ObjectRemoved:Delete", {"key": "k"})),
        (
            *("Enabled", ""),
            [("x-amz-delete-marker", "true"), ("x-amz-version-id", "m")],
            (
                "ObjectRemoved:DeleteMarkerCreated",
                {"key": "k", "eTag": "d41d8cd98f00b204e9800998ecf8427e", "versionId": "m"},
            ),
        ),
        (
            *("Enabled", "versionId=v1"),
            [("x-amz-version-id", "v1")],
            ("ObjectRemoved:Delete", {"key": "k", "versionId": "v1"}),
        ),
        (
            *("Enabled", "versionId=m"),
            [("x-amz-delete-marker", "true"), ("x-amz-version-id", "m")],
            ("ObjectRemoved:Delete", {"key": "k", "versionId": "m"}),
        ),
    ],
)
def test_deletes(watching, versioning, query, headers, told):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["GetBucketVersioning"] = Reply(200, [], VERSIONING[versioning])
        aws.answers["DELETE"] = Reply(204, headers)
        await call(service, "DeleteObject", "DELETE", query)
        await service.close()
        assert aws.told == [told]

    watching(work)


@pytest.mark.parametrize("query", ["", "versionId=v9"])
def test_a_delete_of_nothing_is_no_event(watching, query):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["HeadObject"] = Reply(404)
        aws.answers["GetBucketVersioning"] = Reply(200, [], VERSIONING[""])
        aws.answers["DELETE"] = Reply(204)
        assert (await call(service, "DeleteObject", "DELETE", query)).status == 204

    assert watching(work) == []


def deleted(*members: str) -> bytes:
    listed = "".join(f"<Deleted>{member}</Deleted>" for member in members)
    failed = "<Error><Key>locked</Key><Code>AccessDenied</Code></Error>"
    return f'<DeleteResult xmlns="n">{listed}{failed}</DeleteResult>'.encode()


def named(*keys: str) -> bytes:
    listed = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    return f"<Delete>{listed}</Delete>".encode()


def test_each_key_that_was_deleted_is_an_event(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["GetBucketVersioning"] = Reply(200, [], VERSIONING[""])
        aws.answers["HeadObject"] = [Reply(200), Reply(404), Reply(200), Reply(200)]
        keys = [f"<Key>{key}</Key>" for key in ("a", "missing", "a")]
        aws.answers["POST"] = Reply(200, [], deleted(*keys))
        await call(service, "DeleteObjects", "POST", "delete", named("a", "missing", "locked", "a"))
        await service.close()
        assert aws.told == [("ObjectRemoved:Delete", {"key": "a"})]

    watching(work)


@pytest.mark.parametrize(
    "body", [b"", b"<x", b"<Delete/>", b"<Delete><Object/></Delete>", named(*"k" * 1001)]
)
def test_a_malformed_list_of_keys_is_refused(watching, body):
    async def work(service: S3Events, aws: Aws) -> None:
        with pytest.raises(AwsError, match="MalformedXML"):
            await call(service, "DeleteObjects", "POST", "delete", body)
        assert aws.asked == []

    assert watching(work) == []


@pytest.mark.parametrize(
    ("operation", "method", "name"),
    [
        ("PutObjectTagging", "PUT", "ObjectTagging:Put"),
        ("DeleteObjectTagging", "DELETE", "ObjectTagging:Delete"),
    ],
)
def test_tagging_has_neither_size_nor_sequencer(watching, operation, method, name):
    async def work(service: S3Events, aws: Aws) -> None:
        head = [("content-length", "42"), ("etag", '"e"'), ("x-amz-version-id", "v1")]
        aws.answers["HeadObject"] = Reply(200, head)
        await call(service, operation, method, "tagging")
        await service.close()
        (record,) = aws.invoked[0]["Records"]
        assert record["eventName"] == name
        assert record["s3"]["object"] == {"key": "k", "eTag": "e", "versionId": "v1"}

    watching(work)


def test_the_tags_of_a_missing_key_cannot_be_deleted(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["HeadObject"] = Reply(404)
        with pytest.raises(AwsError, match="NoSuchKey"):
            await call(service, "DeleteObjectTagging", "DELETE", "tagging")

    assert watching(work) == []


@pytest.mark.parametrize(("after", "events"), [(b"other", 1), (b"same", 0)])
def test_an_acl_that_stays_as_it_was_is_no_event(watching, after, events):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["GetObjectAcl"] = [Reply(200, [], b"same"), Reply(200, [], after)]
        await call(service, "PutObjectAcl", "PUT", "acl")
        await service.close()
        assert [name for name, _ in aws.told] == ["ObjectAcl:Put"] * events

    watching(work)


def test_versioning_is_asked_for_once_until_it_changes(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["GetBucketVersioning"] = Reply(200, [], VERSIONING["Enabled"])
        for _ in range(2):
            await call(service, "DeleteObject", "DELETE")
        assert aws.asked.count("GetBucketVersioning") == 1
        service.notice(Call("s3", "PutBucketVersioning", "PUT", "/b", "versioning"))
        await call(service, "DeleteObject", "DELETE")
        assert aws.asked.count("GetBucketVersioning") == 2

    watching(work)


def test_a_bucket_that_is_deleted_takes_its_rules_along(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["DELETE"] = Reply(204)
        await service.handle(Call("s3", "DeleteBucket", "DELETE", "/b"))
        await put(service)

    (evaluated,) = watching(work)
    assert evaluated.detail["rules"] == []


def test_a_configuration_that_is_too_long_is_refused(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        body = Bytes(b" " * (1024 * 1024 + 1))
        operation = "PutBucketNotificationConfiguration"
        with pytest.raises(AwsError, match="MaxMessageLengthExceeded"):
            await service.handle(Call("s3", operation, "PUT", "/b", "notification", body=body))

    watching(work)


def test_another_owner_than_ours_is_refused(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        with pytest.raises(AwsError, match="AccessDenied"):
            await configure(service, **{"x-amz-expected-bucket-owner": "111111111111"})

    assert watching(work) == []
