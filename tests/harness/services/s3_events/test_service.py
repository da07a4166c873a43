"""Writes passing through, and what becomes of them; the control plane and Lambda are played."""

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
from harness.services.s3_events.configuration import Rule, render

REGION = "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:f"


class Aws:
    """Both sides of the service: `answers` of S3 by method, and Lambda behind the door."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply] = {}
        self.invoked: list[dict[str, Any]] = []
        self.failure: AwsError | None = None
        self.may_invoke = asyncio.Event()
        self.may_invoke.set()

    async def s3(self, call: Call) -> Reply:
        await call.body.read()
        return self.answers.get(call.method, Reply(200, [("etag", '"e"')]))

    async def door(self, call: Call) -> Reply:
        await self.may_invoke.wait()
        assert call.header("x-amz-invocation-type") == "Event"
        self.invoked.append(orjson.loads(await call.body.read()))
        if self.failure:
            raise self.failure
        return Reply(202)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [event["Records"][0]["s3"]["object"] for event in self.invoked]


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
            await configure(service, [Rule("rule", ARN, ("s3:ObjectCreated:*",), prefix)])
            journal.follow(seen.append)
            async with asyncio.timeout(20):
                await work(service, aws)
                await service.close()
            journal.close()

        asyncio.run(guarded())
        return seen

    return run


async def configure(service: S3Events, rules: list[Rule]) -> None:
    headers = [("x-amz-skip-destination-validation", "true")]
    operation, body = "PutBucketNotificationConfiguration", Bytes(render(rules))
    call = Call("s3", operation, "PUT", "/b", "notification", headers, body)
    assert (await service.handle(call)).status == 200


async def put(service: S3Events, key: str = "k", *headers: tuple[str, str]) -> Reply:
    length = headers or (("content-length", "1"),)
    return await service.handle(
        Call("s3", "PutObject", "PUT", f"/b/{key}", "", list(length), Bytes(b"x"))
    )


def test_it_claims_writes_and_notifications_only():
    service = S3Events(Aws().door, Aws().s3, None, ManualClock(), REGION)
    assert service.claims(Call("s3", "PutObject", "PUT", "/b/k"))
    assert not service.claims(Call("s3", "", "GET", "/b/k"))
    assert not service.claims(Call("lambda", "PutObject", "PUT", "/b/k"))


def test_the_answer_goes_back_before_anybody_is_told(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.may_invoke.clear()
        assert (await put(service)).status == 200
        assert aws.invoked == []
        aws.may_invoke.set()
        await service.close()
        assert [told["key"] for told in aws.told] == ["k"]

    (delivered,) = watching(work)
    assert delivered.kind == "s3.delivered"
    assert (delivered.detail["bucket"], delivered.detail["rule"]) == ("b", "rule")


def test_an_object_no_rule_wants_is_noted(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        await put(service, "elsewhere/k")
        await service.close()
        assert aws.invoked == []

    (unmatched,) = watching(work, prefix="uploads/")
    assert (unmatched.kind, unmatched.detail["key"]) == ("s3.unmatched", "elsewhere/k")


def test_a_destination_that_refuses_is_noted(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.failure = AwsError("ResourceNotFoundException", "Function not found", 404)
        assert (await put(service)).status == 200

    (undelivered,) = watching(work)
    assert undelivered.kind == "s3.undelivered"
    assert "Function not found" in undelivered.detail["reason"]


def test_a_write_that_failed_is_no_event(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["PUT"] = Reply(403)
        reply = await put(service)
        assert (reply.status, len(reply.header("x-amz-request-id"))) == (403, 16)

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
        assert [(told["size"], told["eTag"]) for told in aws.told] == [(size, "e")]

    watching(work)


def test_what_the_answer_of_a_copy_leaves_out_is_asked_for(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        head = [("content-length", "42"), ("etag", '"e"'), ("x-amz-version-id", "v1")]
        aws.answers["HEAD"] = Reply(200, head)
        await service.handle(Call("s3", "CopyObject", "PUT", "/b/%E5%93%A1%20"))
        await service.close()
        (told,) = aws.told
        del told["sequencer"]
        assert told == {"key": "%E5%93%A1+", "size": 42, "eTag": "e", "versionId": "v1"}

    watching(work)


def test_a_bucket_that_is_deleted_takes_its_rules_along(watching):
    async def work(service: S3Events, aws: Aws) -> None:
        aws.answers["DELETE"] = Reply(204)
        await service.handle(Call("s3", "DeleteBucket", "DELETE", "/b"))
        await put(service)

    assert watching(work) == []
