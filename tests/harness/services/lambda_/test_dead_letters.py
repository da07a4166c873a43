from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.lambda_.dead_letters import check_dead_letters

ACCOUNT = "ap-northeast-1:123456789012"


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"DeadLetterConfig": None},
        {"DeadLetterConfig": {}},
        {"DeadLetterConfig": {"TargetArn": ""}},
        {"DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{ACCOUNT}:q"}},
        {"DeadLetterConfig": {"TargetArn": f"arn:aws:sns:{ACCOUNT}:t"}},
    ],
)
def test_a_queue_a_topic_or_none(request_):
    check_dead_letters(request_)


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        ("nothing", "ValidationException", "Value 'nothing' at 'deadLetterConfig.targetArn'"),
        (f"arn:aws:lambda:{ACCOUNT}:function:f", "InvalidParameterValueException", "neither"),
        (f"arn:aws:sqs:{ACCOUNT}:q.fifo", "InvalidParameterValueException", "FIFO SQS queue"),
        (f"arn:aws:sns:{ACCOUNT}:t.fifo", "InvalidParameterValueException", "FIFO SNS topic"),
        (7, "SerializationException", "not an object of strings"),
    ],
)
def test_what_cannot_be_one(target, code, message):
    with pytest.raises(AwsError, match=message) as refused:
        check_dead_letters({"DeadLetterConfig": {"TargetArn": target}})
    assert (refused.value.code, refused.value.status) == (code, 400)


@given(st.none() | st.text() | st.integers() | st.dictionaries(st.text(), st.text()))
def test_anything_else_is_refused_as_aws_does(config):
    status = 400
    try:
        check_dead_letters({"DeadLetterConfig": config})
    except AwsError as error:
        status = error.status
    assert status == 400
