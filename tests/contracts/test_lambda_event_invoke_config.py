"""The operations on event invoke configs (aws-behaviour §3.4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.account import ACCOUNT, Account, Function
from tests.contracts.wire import connected

UNSET = {"OnSuccess": {}, "OnFailure": {}}


@pytest.fixture(scope="module")
def function(account: Account) -> Function:
    return account.function("subject.echo")


def put(account: Account, function: Function, **settings: Any) -> dict[str, Any]:
    answer: dict[str, Any] = account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name, **settings
    )
    return answer


def get(account: Account, function: Function, **qualifier: str) -> dict[str, Any]:
    answer = account.lambda_.get_function_event_invoke_config(
        FunctionName=function.name, **qualifier
    )
    return {name: answer[name] for name in answer if name.startswith(("Max", "Dest"))}


def test_3_4_put_replaces_and_what_is_unset_is_absent(account: Account, function: Function):
    answer = put(account, function, MaximumRetryAttempts=1)
    assert answer["FunctionArn"] == f"{function.arn}:$LATEST"
    assert abs(answer["LastModified"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert get(account, function) == {"MaximumRetryAttempts": 1, "DestinationConfig": UNSET}
    put(account, function, MaximumEventAgeInSeconds=60)
    assert get(account, function) == {"MaximumEventAgeInSeconds": 60, "DestinationConfig": UNSET}


def test_3_4_update_merges(account: Account, function: Function):
    queue = account.queue()
    put(account, function, MaximumRetryAttempts=0)
    destination = {"OnFailure": {"Destination": queue.arn}}
    account.lambda_.update_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig=destination
    )
    assert get(account, function) == {
        "MaximumRetryAttempts": 0,
        "DestinationConfig": {"OnSuccess": {}, **destination},
    }


def test_3_4_update_and_delete_need_one(account: Account):
    function = account.function("subject.echo")
    client = account.lambda_
    message = f"The function {function.arn}:\\$LATEST doesn't have an EventInvokeConfig"
    for ask in (
        client.get_function_event_invoke_config,
        client.delete_function_event_invoke_config,
    ):
        with pytest.raises(client.exceptions.ResourceNotFoundException, match=message):
            ask(FunctionName=function.name)
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=message):
        client.update_function_event_invoke_config(
            FunctionName=function.name, MaximumRetryAttempts=0
        )
    put(account, function, MaximumRetryAttempts=0)
    client.delete_function_event_invoke_config(FunctionName=function.name)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        get(account, function)


def test_3_4_versions_and_aliases_have_their_own(account: Account):
    function, client = account.function("subject.fail"), account.lambda_
    version = client.publish_version(FunctionName=function.name)["Version"]
    client.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    told = {qualifier: account.queue() for qualifier in ("$LATEST", version, "live")}
    for qualifier, queue in told.items():
        named = {} if qualifier == "$LATEST" else {"Qualifier": qualifier}
        destination = {"OnFailure": {"Destination": queue.arn}}
        put(account, function, MaximumRetryAttempts=0, DestinationConfig=destination, **named)
    for qualifier, queue in told.items():
        named = {} if qualifier == "$LATEST" else {"Qualifier": qualifier}
        function.invoke(InvocationType="Event", **named)
        record = queue.receive()
        assert record["requestContext"]["functionArn"] == f"{function.arn}:{qualifier}"
        executed = "$LATEST" if qualifier == "$LATEST" else version
        assert record["responseContext"]["executedVersion"] == executed
    pages = client.get_paginator("list_function_event_invoke_configs").paginate(
        FunctionName=function.name, PaginationConfig={"PageSize": 2}
    )
    found = [
        config["FunctionArn"] for page in pages for config in page["FunctionEventInvokeConfigs"]
    ]
    assert found == [f"{function.arn}:{qualifier}" for qualifier in told]
    client.delete_alias(FunctionName=function.name, Name="live")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        get(account, function, Qualifier="live")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "InvalidParameterValueException"),
        ({"MaximumRetryAttempts": 3}, "ValidationException"),
        ({"MaximumEventAgeInSeconds": 21_601}, "ValidationException"),
        ({"DestinationConfig": {"OnFailure": {"Destination": "x"}}}, "ValidationException"),
        (
            {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:s3:::bucket"}}},
            "InvalidParameterValueException",
        ),
        (
            {
                "DestinationConfig": {
                    "OnFailure": {
                        "Destination": f"arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:missing"
                    }
                }
            },
            "InvalidParameterValueException",
        ),
    ],
)
def test_3_4_what_is_refused(account: Account, function: Function, settings: Any, code: str):
    with pytest.raises(account.lambda_.exceptions.ClientError) as refused:
        put(account, function, **settings)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_3_4_a_missing_function_and_the_function_itself_are_refused(
    account: Account, function: Function
):
    client = account.lambda_
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="doesn't exist"):
        client.put_function_event_invoke_config(FunctionName="missing", MaximumRetryAttempts=0)
    itself = {"OnFailure": {"Destination": function.arn}}
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="for itself"):
        put(account, function, DestinationConfig=itself)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
MEMBERS = (
    "MaximumRetryAttempts",
    "MaximumEventAgeInSeconds",
    "DestinationConfig",
    "RecursiveLoop",
)
BODIES = (
    st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, JSON)).map(json.dumps).map(str.encode)
    | JSON.map(json.dumps).map(str.encode)
    | st.binary(max_size=30)
)
CONFIG = "2019-09-25/functions/{}/event-invoke-config"
RECURSION = "2024-08-31/functions/{}/recursion-config"
OPERATIONS = [
    *((method, CONFIG) for method in ("PUT", "POST", "GET", "DELETE")),
    *((method, RECURSION) for method in ("PUT", "GET")),
    ("GET", f"{CONFIG}/list"),
]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    operation=st.sampled_from(OPERATIONS),
    name=st.sampled_from(["{}", "missing", "%24", "arn:aws", "a%2Fb", "x" * 300]),
    query=st.sampled_from(["", "?Qualifier=", "?Qualifier=%00", "?Marker=-1", "?MaxItems=a"]),
    body=BODIES,
)
def test_3_4_malformed_requests_get_an_answer(function, account, operation, name, query, body):
    method, path = operation
    target = path.format(name.format(function.name))
    with connected(account.url, account.signed("lambda")) as wire:
        wire.request(f"{method} /{target}{query}", body=body)
        answer = wire.answer(method)
    assert answer.status < 500
    if answer.status >= 400:
        assert answer.getheader("x-amzn-errortype")
        assert "message" in json.loads(answer.content)
