from __future__ import annotations

import pytest

from harness.stack.aws import Aws, as_declared

AWS = Aws("http://127.0.0.1:9", "ap-northeast-1", connections=1)


def shape_of(service: str, operation: str):
    return AWS.client(service).meta.service_model.operation_model(operation).input_shape


@pytest.mark.parametrize(
    ("service", "operation", "given", "expected"),
    [
        (
            "lambda",
            "CreateFunction",
            {"MemorySize": "2048", "Publish": "true", "Environment": {"Variables": {"N": 5432}}},
            {"MemorySize": 2048, "Publish": True, "Environment": {"Variables": {"N": "5432"}}},
        ),
        (
            "sqs",
            "CreateQueue",
            {"Attributes": {"A": 30, "B": True}},
            {"Attributes": {"A": "30", "B": "true"}},
        ),
        (
            "cloudwatch",
            "PutMetricAlarm",
            {"Threshold": "0.05", "Dimensions": [{"Name": 1, "Value": "x"}]},
            {"Threshold": 0.05, "Dimensions": [{"Name": "1", "Value": "x"}]},
        ),
        ("lambda", "CreateFunction", {"FunctionName": "f", "Role": None}, {"FunctionName": "f"}),
        ("lambda", "CreateFunction", {"Unknown": "5"}, {"Unknown": "5"}),
    ],
)
def test_values_take_the_types_the_api_declares(service, operation, given, expected):
    assert as_declared(given, shape_of(service, operation)) == expected


def test_a_client_is_made_once():
    assert AWS.client("sqs") is AWS.client("sqs")


def test_the_machines_own_profile_is_not_asked(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere.invalid")
    client = Aws("http://127.0.0.1:9", "ap-northeast-1", connections=1).client("sqs")
    assert client.meta.endpoint_url == "http://127.0.0.1:9"
