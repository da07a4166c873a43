"""Invoke and its answers (aws-behaviour §1.6, §2.1-2.3)."""

from __future__ import annotations

import base64
import json

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, archive, unique


def test_2_2_request_response_returns_what_the_handler_returned(account: Account):
    answer = account.function("subject.echo").invoke({"text": "員工", "number": 1.5})
    assert json.load(answer["Payload"]) == {"text": "員工", "number": 1.5}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer
    assert "LogResult" not in answer


def test_2_2_no_payload_is_an_empty_event_and_none_is_null(account: Account):
    assert account.function("subject.echo").invoke()["Payload"].read() == b"{}"
    assert account.function("subject.echo").invoke([None])["Payload"].read() == b"[null]"


def test_2_2_event_is_accepted_without_a_result(account: Account):
    reports = account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    answer = function.invoke({"n": 1}, InvocationType="Event")
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    assert "ExecutedVersion" not in answer
    assert reports.receive() == {"n": 1}


def test_2_2_a_dry_run_runs_nothing(account: Account):
    reports = account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    assert function.invoke(InvocationType="DryRun")["StatusCode"] == 204
    function.invoke("the only one")
    assert reports.receive() == "the only one"
    assert reports.is_empty()


def test_1_10_7_the_log_tail_is_the_invocation_from_start_to_report(account: Account):
    answer = account.function("subject.talk").invoke(LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert lines[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert "printed" in lines
    assert lines[-1].startswith(f"REPORT RequestId: {request_id}\t")


def test_1_10_7_the_log_tail_has_four_kilobytes_at_most(account: Account):
    function = account.function("subject.leave")
    answer = function.invoke({"code": "x" * 10_000}, LogType="Tail")
    tail = base64.b64decode(answer["LogResult"])
    assert len(tail) == 4096
    assert b"REPORT RequestId: " in tail


def test_1_6_the_sandbox_has_its_own_variables_and_no_others(account: Account):
    function = account.function("subject.describe", {"MINE": "1"}, MemorySize=256, Timeout=9)
    answer = function.invoke()
    found = json.load(answer["Payload"])
    variables = found["variables"]
    assert variables["MINE"] == "1"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == function.name
    assert variables["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{function.name}"
    assert variables["_HANDLER"] == "subject.describe"
    assert variables["AWS_ENDPOINT_URL"] == account.url
    assert variables["LAMBDA_TASK_ROOT"] == found["directory"]
    assert found["temporary"] == variables["TMPDIR"]
    assert {"HOME", "USER", "VIRTUAL_ENV", "HARNESS_STATE_DIR"}.isdisjoint(variables)


def test_1_2_the_context_describes_the_invocation(account: Account):
    function = account.function("subject.describe", MemorySize=256, Timeout=9)
    answer = function.invoke()
    found = json.load(answer["Payload"])
    assert found["request_id"] == answer["ResponseMetadata"]["RequestId"]
    assert (found["function_name"], found["function_version"]) == (function.name, "$LATEST")
    assert (found["memory_limit_in_mb"], found["invoked_function_arn"]) == ("256", function.arn)
    assert 0 < found["remaining_ms"] <= 9000


def test_2_1_a_client_context_reaches_the_handler(account: Account):
    context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    function = account.function("subject.describe")
    assert function.result(ClientContext=context)["client_context"] == {"a": "b"}
    with pytest.raises(account.lambda_.exceptions.InvalidRequestContentException):
        function.invoke(ClientContext="%%%")


@pytest.mark.parametrize("form", ["{name}", "{name}:$LATEST", "{account}:{name}", "{arn}"])
def test_2_a_function_is_named_in_any_form(account: Account, form: str):
    function = account.function("subject.echo")
    reference = form.format(name=function.name, account="123456789012:function", arn=function.arn)
    answer = account.lambda_.invoke(FunctionName=reference, Payload=b"1")
    assert answer["Payload"].read() == b"1"


def test_2_3_an_unknown_function_is_404(account: Account):
    name = unique("nobody")
    with pytest.raises(account.lambda_.exceptions.ResourceNotFoundException) as caught:
        account.lambda_.invoke(FunctionName=name)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404
    arn = f"arn:aws:lambda:{account.region}:123456789012:function:{name}:$LATEST"
    assert answer["Error"]["Message"] == f"Function not found: {arn}"


def test_2_3_a_payload_that_is_no_json_is_400(account: Account):
    function = account.function("subject.echo")
    with pytest.raises(account.lambda_.exceptions.InvalidRequestContentException) as caught:
        account.lambda_.invoke(FunctionName=function.name, Payload=b"{no json")
    assert caught.value.response["Error"]["Message"].startswith(
        "Could not parse request body into json: Could not parse payload into json: "
    )


@pytest.mark.parametrize(
    ("kind", "size"), [("RequestResponse", 6 * 1024 * 1024), ("Event", 1024 * 1024)]
)
def test_1_9_a_payload_beyond_the_limit_is_413(account: Account, kind: str, size: int):
    function = account.function("subject.report_event", {"REPORTS": account.queue().url})
    with pytest.raises(account.lambda_.exceptions.RequestTooLargeException) as caught:
        function.invoke("x" * size, InvocationType=kind)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_2_code_may_lie_in_s3(account: Account):
    bucket = account.bucket()
    account.s3.put_object(Bucket=bucket, Key="code/v1.zip", Body=archive())
    code = {"S3Bucket": bucket, "S3Key": "code/v1.zip"}
    assert account.function("subject.echo", Code=code).result("from S3") == "from S3"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ({"ZipFile": b"no zip"}, "Could not unzip uploaded file"),
        ({"ImageUri": "nobody/knows:v1"}, "Source image nobody/knows:v1 does not exist"),
    ],
)
def test_2_code_that_cannot_be_used_is_refused(account: Account, code, message):
    with pytest.raises(account.lambda_.exceptions.InvalidParameterValueException) as caught:
        account.function("subject.echo", Code=code)
    assert message in caught.value.response["Error"]["Message"]


def test_what_is_not_emulated_says_so(account: Account):
    function = account.function("subject.echo")
    for refused in (
        lambda: account.lambda_.invoke_async(FunctionName=function.name, InvokeArgs=b"{}"),
        lambda: account.lambda_.invoke_with_response_stream(FunctionName=function.name),
    ):
        with pytest.raises(ClientError, match=r"NotImplemented.*is not emulated here") as caught:
            refused()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
