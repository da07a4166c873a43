"""Limits of the account, reserved and provisioned concurrency (aws-behaviour §4)."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from threading import Thread

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, Function, eventually
from tests.contracts.metrics import points, total
from tests.contracts.test_lambda_configuration import refused
from tests.contracts.wire import connected


@contextmanager
def reserving(account: Account, function: Function, executions: int) -> Iterator[None]:
    """Reserve for as long as the block lasts: the account is everybody's."""
    account.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=executions
    )
    try:
        yield
    finally:
        account.lambda_.delete_function_concurrency(FunctionName=function.name)


def test_4_1_the_account_has_a_thousand_executions(account: Account):
    function = account.function("subject.echo")
    with reserving(account, function, 10):
        settings = account.lambda_.get_account_settings()
    limit = settings["AccountLimit"]
    assert limit["ConcurrentExecutions"] == 1000
    assert limit["UnreservedConcurrentExecutions"] <= 990
    assert settings["AccountUsage"]["FunctionCount"] >= 1
    assert settings["AccountUsage"]["TotalCodeSize"] > 0


def test_4_2_a_hundred_executions_stay_unreserved(account: Account):
    function = account.function("subject.echo")
    put = account.lambda_.put_function_concurrency
    answer = refused(
        "InvalidParameterValueException",
        put,
        FunctionName=function.name,
        ReservedConcurrentExecutions=901,
    )
    assert answer["Error"]["Message"] == (
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100]."
    )
    with reserving(account, function, 300):
        put(FunctionName=function.name, ReservedConcurrentExecutions=400)
        found = account.lambda_.get_function_concurrency(FunctionName=function.name)
        assert found["ReservedConcurrentExecutions"] == 400
    found = account.lambda_.get_function_concurrency(FunctionName=function.name)
    assert "ReservedConcurrentExecutions" not in found


def test_2_4_3_ten_requests_a_second_for_each_reserved_execution(account: Account):
    """A burst of one second's worth passes; the bucket is filled again while requests come."""
    function = account.function("subject.echo")
    function.result()
    burst = partial(deque, (function.invoke() for _ in count()), maxlen=0)
    with reserving(account, function, 1), pytest.raises(ClientError) as caught:
        burst()
    answer = caught.value.response
    assert answer["Reason"] == "ReservedFunctionInvocationRateLimitExceeded"
    assert (answer["Type"], answer["Error"]["Message"]) == ("User", "Rate Exceeded.")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"


def test_4_1_what_is_not_reserved_is_all_there_is_for_the_others(account: Account):
    """With 800 reserved by one function, of 250 invocations of another at once some are throttled.

    They are sent within a moment; the machine runs a few of them at a time.
    """
    reserving_one = account.function("subject.echo")
    function = account.function("subject.hold", Timeout=30)
    with reserving(account, reserving_one, 800), ExitStack() as stack:
        headers = account.signed("lambda")
        wires = [stack.enter_context(connected(account.url, headers)) for _ in range(250)]
        for wire in wires:
            wire.request(f"POST /2015-03-31/functions/{function.name}/invocations")
        assert reserving_one.result("has its own") == "has its own"
        answers = [wire.answer("POST") for wire in wires]
    refusals = [json.loads(answer.content) for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} == {200, 429}
    assert len(answers) - len(refusals) >= 100
    assert {refusal["Reason"] for refusal in refusals} == {"ConcurrentInvocationLimitExceeded"}


class Versioned:
    """A function with version 1 and the alias `live` for it."""

    def __init__(self, account: Account, handler: str, **settings: object) -> None:
        self.function = account.function(handler, **settings)
        self.name = self.function.name
        self._api = account.lambda_
        self._api.publish_version(FunctionName=self.name)
        self._api.create_alias(FunctionName=self.name, Name="live", FunctionVersion="1")

    def put(self, executions: int, qualifier: str = "live") -> dict:
        return self._api.put_provisioned_concurrency_config(
            FunctionName=self.name, Qualifier=qualifier, ProvisionedConcurrentExecutions=executions
        )

    def config(self, qualifier: str = "live") -> dict:
        return self._api.get_provisioned_concurrency_config(
            FunctionName=self.name, Qualifier=qualifier
        )

    def settled(self) -> dict:
        return eventually(
            lambda: found if (found := self.config())["Status"] != "IN_PROGRESS" else None
        )

    def delete(self) -> None:
        self._api.delete_provisioned_concurrency_config(FunctionName=self.name, Qualifier="live")


def test_4_5_provisioned_sandboxes_are_ready_before_anybody_invokes(account: Account):
    versioned = Versioned(account, "subject.describe")
    accepted = versioned.put(2)
    assert accepted["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert accepted["Status"] == "IN_PROGRESS"
    ready = versioned.settled()
    assert (ready["Status"], ready["AvailableProvisionedConcurrentExecutions"]) == ("READY", 2)
    answer = versioned.function.result(Qualifier="live")
    kind = answer["variables"]["AWS_LAMBDA_INITIALIZATION_TYPE"]
    assert (kind, answer["function_version"]) == ("provisioned-concurrency", "1")
    latest = versioned.function.result()["variables"]["AWS_LAMBDA_INITIALIZATION_TYPE"]
    assert latest == "on-demand"
    assert total(account, versioned.function, "ProvisionedConcurrencyInvocations", 1) == 1
    (used,) = points(account, versioned.function, "ProvisionedConcurrencyUtilization")
    assert used["Maximum"] == 0.5
    listed = account.lambda_.list_provisioned_concurrency_configs(FunctionName=versioned.name)
    (config,) = listed["ProvisionedConcurrencyConfigs"]
    assert config["FunctionArn"] == f"{versioned.function.arn}:live"
    versioned.delete()
    missing = refused("ProvisionedConcurrencyConfigNotFoundException", versioned.config)
    assert missing["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_4_5_an_init_that_fails_is_told(account: Account):
    versioned = Versioned(account, "broken_import.handler")
    versioned.put(1)
    failed = versioned.settled()
    assert (failed["Status"], failed["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")


def test_4_5_a_crashed_one_is_replaced(account: Account):
    versioned = Versioned(account, "subject.leave")
    versioned.put(1)
    assert versioned.settled()["Status"] == "READY"
    answer = versioned.function.invoke({"code": 1}, Qualifier="live")
    assert answer["FunctionError"] == "Unhandled"
    assert versioned.settled()["Status"] == "READY"


def test_4_5_what_cannot_be_provisioned(account: Account):
    versioned = Versioned(account, "subject.echo")
    answer = refused(
        "InvalidParameterValueException", versioned.put, executions=1, qualifier="$LATEST"
    )
    assert answer["Error"]["Message"] == (
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    )
    refused("ResourceNotFoundException", versioned.put, executions=1, qualifier="nobody")
    refused("ResourceNotFoundException", versioned.put, executions=1, qualifier="7")
    with reserving(account, versioned.function, 1):
        answer = refused("InvalidParameterValueException", versioned.put, executions=2)
        assert answer["Error"]["Message"] == (
            "Requested Provisioned Concurrency should not be greater than the "
            "reservedConcurrentExecution for function"
        )
    versioned.put(2)
    refused("ResourceConflictException", versioned.put, executions=1, qualifier="1")
    answer = refused(
        "InvalidParameterValueException",
        account.lambda_.put_function_concurrency,
        FunctionName=versioned.name,
        ReservedConcurrentExecutions=1,
    )
    assert answer["Error"]["Message"] == (
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned "
        "concurrency [2]."
    )
    versioned.delete()


def test_4_a_function_that_waits_for_itself_gets_its_answer(account: Account):
    """Deeper than this machine has sandboxes for at once: nobody blocks himself for ever."""
    function = account.function("nested.down", Timeout=60, MemorySize=256)
    assert function.result({"depth": 12}) == 12


def test_4_functions_that_wait_for_one_another_get_their_answers(account: Account):
    """Many at once, more than the machine runs: each waits for a second function."""
    inner = account.function("subject.echo")
    outer = account.function("nested.ask", {"ASKED": inner.name}, Timeout=60)
    answers: list[object] = []
    callers = [
        Thread(target=lambda number: answers.append(outer.result({"n": number})), args=[number])
        for number in range(12)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(answer["n"] for answer in answers) == list(range(12))
