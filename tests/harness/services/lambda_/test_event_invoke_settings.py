from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.lambda_.event_invoke_settings import merged, replaced, requested
from tests.harness.services.lambda_.examples import ARN, REGION

QUEUE = f"arn:aws:sqs:{REGION}:123456789012:q"
BUCKET = "arn:aws:s3:::bucket"
UNSET = {"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}}


def to(**sides: str) -> dict[str, dict[str, str]]:
    return {side: {"Destination": arn} for side, arn in sides.items()}


def test_only_what_is_named_is_set():
    settings = requested({"MaximumRetryAttempts": 0}, ARN)
    assert settings == {"MaximumRetryAttempts": 0}
    assert replaced(settings) == {**UNSET, "MaximumRetryAttempts": 0}


def test_update_leaves_the_rest_and_replaces_both_destinations():
    before = replaced(
        requested({"MaximumRetryAttempts": 0, "DestinationConfig": to(OnSuccess=QUEUE)}, ARN)
    )
    request = requested({"DestinationConfig": to(OnFailure=BUCKET)}, ARN)
    assert merged(before, request) == {
        "MaximumRetryAttempts": 0,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": BUCKET}},
    }


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({}, "InvalidParameterValueException", "at least one of error handling or destination"),
        ({"MaximumRetryAttempts": 3}, "ValidationException", "less than or equal to 2"),
        ({"MaximumRetryAttempts": -1}, "ValidationException", "greater than or equal to 0"),
        ({"MaximumRetryAttempts": "1"}, "SerializationException", "MaximumRetryAttempts"),
        ({"MaximumRetryAttempts": True}, "SerializationException", "MaximumRetryAttempts"),
        ({"MaximumEventAgeInSeconds": 59}, "ValidationException", "greater than or equal to 60"),
        ({"MaximumEventAgeInSeconds": 21601}, "ValidationException", "or equal to 21600"),
        ({"DestinationConfig": 1}, "SerializationException", "DestinationConfig"),
        ({"DestinationConfig": {"OnFailure": 1}}, "SerializationException", "OnFailure"),
        (
            {"DestinationConfig": to(OnFailure="nothing")},
            "ValidationException",
            "Value 'nothing' at 'destinationConfig.onFailure.destination' failed to satisfy",
        ),
        (
            {"DestinationConfig": to(OnSuccess=BUCKET)},
            "InvalidParameterValueException",
            r"onSuccess=OnSuccess\(destination=arn:aws:s3:::bucket\), onFailure=null\) is invalid",
        ),
        (
            {"DestinationConfig": to(OnFailure=f"{ARN}:1")},
            "InvalidParameterValueException",
            "You can't specify the function as a destination for itself.",
        ),
    ],
)
def test_what_is_refused(request_, code, message):
    with pytest.raises(AwsError, match=message) as refused:
        requested(request_, ARN)
    assert (refused.value.code, refused.value.status) == (code, 400)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, ANYTHING)))
def test_anything_is_taken_or_refused_as_aws_does(request_):
    status = 400
    try:
        requested(request_, ARN)
    except AwsError as error:
        status = error.status
    assert status == 400
