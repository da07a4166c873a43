"""The layer with strange requests; what policies say is in the other tests and the contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.aws import ACCESS_KEY
from harness.call import Bytes, Call, Reply
from harness.clock import ManualClock
from harness.error_formats import render
from harness.errors import AwsError
from harness.iam.authority import Authority
from harness.iam.callers import Callers
from harness.iam.enforcement import Enforcement
from harness.iam.sessions import Sessions
from harness.journal import Journal
from harness.recognise import recognise
from tests.harness.iam.examples import ROLE

REGION = "ap-northeast-1"


async def iam(call: Call) -> Reply:
    """A control plane without any role, whose STS knows no key."""
    body = b"<R><Arn>arn:aws:sts::123456789012:user/moto</Arn><Code>NoSuchEntity</Code></R>"
    return Reply(200 if call.service == "sts" else 404, body=body)


class Stage:
    def __init__(self, journal: Path) -> None:
        self.sessions = Sessions()
        self.key = self.sessions.issue(ROLE, "f").access_key_id
        clock = ManualClock()
        self.journal = Journal(journal, clock)
        self.authority = Authority(iam, self.journal, clock, REGION)
        callers = Callers(self.sessions, iam, REGION)
        self._layer = Enforcement(self.sessions, callers, self.authority, REGION)
        self.passed: list[Call] = []

    def answer(self, call: Call, key: str | None = None) -> Reply:
        scope = f"Credential={key or self.key}/20260101/{REGION}/{call.service}/aws4_request"
        call.headers = [("authorization", f"AWS4-HMAC-SHA256 {scope}"), *call.headers]
        try:
            return asyncio.run(self._layer(call, self._proceed))
        except AwsError as error:
            return render(error, call)

    async def _proceed(self, call: Call) -> Reply:
        self.passed.append(call)
        return Reply(200, body=await call.body.read())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("enforcement") / "journal")
    yield made
    made.journal.close()


def query(body: bytes, service: str = "sns") -> Call:
    form = ("content-type", "application/x-www-form-urlencoded")
    return Call(service, "", "POST", "/", headers=[form], body=Bytes(body))


def test_the_administrator_and_unknown_keys_pass(stage: Stage):
    for key in (ACCESS_KEY, "AKIAOTHER", "ASIAOTHER"):
        assert stage.answer(query(b"Action=Publish"), key).status == 200


def test_a_role_without_policies_is_refused(stage: Stage):
    assert stage.answer(query(b"Action=Publish&TopicArn=arn:t")).status == 403


def test_the_body_is_still_there_for_whoever_answers(stage: Stage):
    call = query(b"Action=Publish", "sns")
    call.headers.append(("transfer-encoding", "chunked"))
    assert stage.answer(call, ACCESS_KEY).body == b"Action=Publish"
    assert (call.header("content-length"), call.header("transfer-encoding")) == ("14", "")


def test_an_ended_session_is_nobody(stage: Stage):
    key = stage.sessions.issue(ROLE, "g").access_key_id
    stage.sessions.end(key)
    reply = stage.answer(Call("s3", "GetObject", "GET", "/b/k"), key)
    assert isinstance(reply.body, bytes)
    assert b"<Code>ExpiredToken</Code>" in reply.body


def test_an_operation_without_a_name_passes_and_is_reported(stage: Stage):
    assert stage.answer(Call("batch", "", "POST", "/v1/submitjob")).status == 200
    assert "batch: operations whose name is not known here" in stage.authority.findings


_SERVICES = st.sampled_from(
    [
        "sqs",
        "sns",
        "secretsmanager",
        "logs",
        "dynamodb",
        "monitoring",
        "events",
        "ssm",
        "kms",
        "states",
        "iam",
        "sts",
        "ec2",
        "lambda",
        "bedrock",
        "apigateway",
        "ecr",
    ]
)
_OPERATIONS = st.sampled_from(
    [
        "",
        "SendMessage",
        "Publish",
        "GetSecretValue",
        "PutEvents",
        "TransactWriteItems",
        "CreateFunction",
        "GetParameters",
        "PutLogEvents",
        "DeleteAlarms",
        "Decrypt",
    ]
)
_JSON = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "QueueUrl",
                    "SecretId",
                    "Entries",
                    "TransactItems",
                    "Names",
                    "AlarmNames",
                    "RequestItems",
                    "TableName",
                    "logGroupName",
                    "FunctionName",
                    "KeyId",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(_SERVICES, _OPERATIONS, _JSON)
def test_any_json_is_refused_or_passed(stage: Stage, service: str, operation: str, content: object):
    body = Bytes(orjson.dumps(content))
    target = [("x-amz-target", f"X.{operation}")]
    reply = stage.answer(Call(service, operation, "POST", "/", headers=target, body=body))
    assert reply.status in (200, 400, 403)


@given(_SERVICES, st.binary(max_size=60))
def test_any_form_is_refused_or_passed(stage: Stage, service: str, body: bytes):
    assert stage.answer(query(body, service)).status in (200, 400, 403)


@given(st.binary(max_size=80) | st.text("<>/Delete Object Key:&!", max_size=60).map(str.encode))
def test_any_list_of_objects_is_passed_on_or_refused(stage: Stage, body: bytes):
    call = Call("s3", "DeleteObjects", "POST", "/b", "delete", body=Bytes(body))
    assert stage.answer(call).status == 200


@given(
    st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "POST"]),
    st.text("/ab%2F:*", max_size=12),
    st.text("&=?versionId%2tagging", max_size=12),
)
def test_any_path_of_s3_is_refused_or_passed(stage: Stage, method: str, path: str, text: str):
    target = recognise(method, f"/{path}", text, [], REGION)
    call = Call("s3", target.operation, method, target.path, text)
    assert stage.answer(call).status in (200, 403)
