from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.iam.role_checks import requirements

QUEUE, TOPIC = "arn:aws:sqs:x:1:q", "arn:aws:sns:x:1:t"


@pytest.mark.parametrize(
    ("operation", "request_", "actions"),
    [
        ("CreateFunction", {}, []),
        ("CreateFunction", {"VpcConfig": {"SubnetIds": []}}, []),
        ("CreateFunction", {"VpcConfig": {"SubnetIds": ["s"]}}, ["ec2:CreateNetworkInterface"]),
        ("CreateFunction", {"DeadLetterConfig": {"TargetArn": QUEUE}}, ["sqs:SendMessage"]),
        (
            "UpdateFunctionConfiguration",
            {"DeadLetterConfig": {"TargetArn": TOPIC}},
            ["sns:Publish"],
        ),
        ("UpdateFunctionConfiguration", {"DeadLetterConfig": {"TargetArn": ""}}, []),
        (
            "CreateEventSourceMapping",
            {"EventSourceArn": QUEUE},
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        ),
        ("CreateEventSourceMapping", {"EventSourceArn": "arn:aws:kinesis:x:1:stream/s"}, []),
    ],
)
def test_what_a_role_must_be_allowed(operation: str, request_: dict[str, Any], actions: list[str]):
    assert [required.action for required in requirements(operation, request_)] == actions


@given(
    st.sampled_from(["CreateFunction", "CreateEventSourceMapping"]),
    st.dictionaries(
        st.sampled_from(["VpcConfig", "DeadLetterConfig", "EventSourceArn"]),
        st.none() | st.integers() | st.text() | st.dictionaries(st.text(), st.text()),
    ),
)
def test_any_request_is_read(operation: str, request: dict[str, Any]):
    assert requirements(operation, request) is not None
