from __future__ import annotations

import botocore.session
import pytest
from botocore.parsers import create_parser

from harness.call import Call, Headers
from harness.error_formats import render
from harness.errors import AwsError

FORM = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
TARGET = ("x-amz-target", "AmazonSQS.SendMessage")
CBOR = ("smithy-protocol", "rpc-v2-cbor")


@pytest.mark.parametrize(
    ("service", "headers", "protocol"),
    [
        ("s3", [], "rest-xml"),
        ("ec2", [FORM], "ec2"),
        ("sns", [FORM], "query"),
        ("iam", [FORM], "query"),
        ("sqs", [TARGET], "json"),
        ("monitoring", [CBOR], "smithy-rpc-v2-cbor"),
        ("monitoring", [FORM], "query"),
        ("lambda", [], "rest-json"),
    ],
)
def test_the_sdk_reads_code_and_message_of_every_protocol(
    service: str, headers: Headers, protocol: str
):
    error = AwsError("SomeError", "<a> & 員工", 403)
    reply = render(error, Call(service, "X", "POST", "/", headers=headers, id="id-1"))
    assert isinstance(reply.body, bytes)
    answer = {"status_code": reply.status, "headers": dict(reply.headers), "body": reply.body}
    model = botocore.session.get_session().get_service_model("sqs")
    parsed = create_parser(protocol).parse(answer, model.operation_model("ListQueues").output_shape)
    assert parsed["Error"]["Code"] == "SomeError"
    assert parsed["Error"]["Message"] == "<a> & 員工"


def test_a_query_error_says_whose_fault_it_is():
    call = Call("sns", "", "POST", "/", headers=[FORM])
    for status, kind in ((403, "Sender"), (500, "Receiver")):
        reply = render(AwsError("E", "m", status), call)
        assert isinstance(reply.body, bytes)
        assert f"<Type>{kind}</Type>".encode() in reply.body
