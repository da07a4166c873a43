"""Recursive loops are stopped (aws-behaviour §3.7)."""

from __future__ import annotations

import json

import pytest

from tests.contracts.account import Account, Function, Queue, unique
from tests.contracts.metrics import total

LIMIT = 16


def looping(account: Account, handler: str, reports: Queue, letters: Queue) -> Function:
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    function = account.function(
        f"loops.{handler}",
        {"REPORTS": reports.url, "TOPIC": topic},
        DeadLetterConfig={"TargetArn": letters.arn},
        Timeout=30,
    )
    account.sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.arn)
    return function


def test_3_7_a_function_that_invokes_itself_is_stopped_after_16(account: Account):
    reports, letters = account.queue(), account.queue()
    function = looping(account, "invoke_myself", reports, letters)
    function.invoke({"left": 30}, InvocationType="Event")
    letter = letters.message()
    assert json.loads(letter["Body"]) == {"left": 30 - LIMIT}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"].startswith(
        "Lambda has detected your function being invoked in a recursive loop"
    )
    assert {reports.receive() for _ in range(LIMIT)} == set(range(31 - LIMIT, 31))
    assert reports.is_empty()
    assert total(account, function, "RecursiveInvocationsDropped", 1) == 1


def test_3_7_a_loop_through_a_topic_is_stopped(account: Account):
    reports, letters = account.queue(), account.queue()
    function = looping(account, "publish", reports, letters)
    function.invoke(InvocationType="Event")
    (record,) = json.loads(letters.message()["Body"])["Records"]
    assert (record["EventSource"], record["Sns"]["Message"]) == ("aws:sns", "again")
    assert [reports.receive() for _ in range(LIMIT)] == ["published"] * LIMIT
    assert reports.is_empty()


def test_3_7_a_synchronous_invocation_that_goes_too_far_is_an_exception(account: Account):
    reports = account.queue()
    function = looping(account, "invoke_then_call_myself", reports, account.queue())
    function.invoke(LIMIT, InvocationType="Event")
    error = reports.receive()
    assert error["Code"] == "RecursiveInvocationException"
    assert "recursive loop" in error["Message"]
    assert total(account, function, "RecursiveInvocationsDropped", 1) == 1


def test_3_7_a_loop_may_be_allowed(account: Account):
    reports, letters = account.queue(), account.queue()
    function = looping(account, "invoke_myself", reports, letters)
    configs = account.lambda_
    read = configs.get_function_recursion_config(FunctionName=function.name)
    assert read["RecursiveLoop"] == "Terminate"
    configs.put_function_recursion_config(FunctionName=function.name, RecursiveLoop="Allow")
    read = configs.get_function_recursion_config(FunctionName=function.name)
    assert read["RecursiveLoop"] == "Allow"
    function.invoke({"left": LIMIT + 3}, InvocationType="Event")
    assert 0 in [reports.receive() for _ in range(LIMIT + 4)]
    assert letters.is_empty()


def test_3_7_the_configuration_is_checked(account: Account):
    function = account.function("subject.echo")
    client = account.lambda_
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_recursion_config(FunctionName="missing")
    with pytest.raises(
        client.exceptions.ClientError, match=r"enum value set: \[Allow, Terminate\]"
    ):
        client.put_function_recursion_config(FunctionName=function.name, RecursiveLoop="Sometimes")
