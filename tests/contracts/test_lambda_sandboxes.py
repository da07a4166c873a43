"""Sandboxes: reuse, replacement, and several at once (aws-behaviour §1.7, §2.3, §4)."""

from __future__ import annotations

import pytest

from tests.contracts.account import Account, Function, Queue, archive


def test_1_7_a_warm_sandbox_keeps_its_globals(account: Account):
    function = account.function("subject.count")
    runs = [function.result({}) for _ in range(3)]
    assert [run["count"] for run in runs] == [1, 2, 3]
    assert len({run["process"] for run in runs}) == 1


def test_1_7_6_after_a_time_out_everything_is_new(account: Account):
    function = account.function("subject.count", Timeout=1)
    before = function.result({})
    assert function.error({"hang": True})[0]["errorType"] == "Sandbox.Timedout"
    after = function.result({})
    assert after["count"] == 1
    assert after["process"] != before["process"]


def test_1_7_a_changed_configuration_counts_from_the_next_invocation(account: Account):
    function = account.function("subject.count", {"SETTING": "old"})
    assert function.result({})["setting"] == "old"
    account.lambda_.update_function_configuration(
        FunctionName=function.name, Environment={"Variables": {"SETTING": "new"}}
    )
    after = function.result({})
    assert (after["setting"], after["count"]) == ("new", 1)


def test_1_7_a_changed_handler_counts_from_the_next_invocation(account: Account):
    function = account.function("subject.count")
    function.result({})
    account.lambda_.update_function_configuration(
        FunctionName=function.name, Handler="subject.echo"
    )
    assert function.result("echo") == "echo"


class Waiting:
    """A function whose invocations say that they run and then wait for a signal."""

    def __init__(self, account: Account) -> None:
        self.reports: Queue = account.queue()
        self.signals: Queue = account.queue()
        variables = {"REPORTS": self.reports.url, "SIGNALS": self.signals.url}
        self.function: Function = account.function("subject.report_and_wait", variables, Timeout=60)

    def start(self) -> None:
        """Start an invocation and return once it runs."""
        self.function.invoke(InvocationType="Event")
        assert self.reports.receive() == "running"

    def finish(self) -> None:
        self.signals.send()
        assert self.reports.receive() == "done"


@pytest.fixture
def waiting(account: Account) -> Waiting:
    return Waiting(account)


def test_1_7_8_invocations_run_side_by_side(waiting: Waiting):
    """None of them can end before the test signals, and it signals when all of them run."""
    for _ in range(3):
        waiting.start()
    for _ in range(3):
        waiting.finish()


def test_4_4_reserved_concurrency_is_a_ceiling(account: Account, waiting: Waiting):
    name = waiting.function.name
    account.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    waiting.start()
    with pytest.raises(account.lambda_.exceptions.TooManyRequestsException) as caught:
        waiting.function.invoke()
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["Error"]["Message"] == "Rate Exceeded."
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert answer["Type"] == "User"
    waiting.finish()
    account.lambda_.delete_function_concurrency(FunctionName=name)
    waiting.start()
    waiting.finish()


def test_4_2_reserved_concurrency_of_zero_stops_a_function(account: Account):
    function = account.function("subject.echo")
    account.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    with pytest.raises(account.lambda_.exceptions.TooManyRequestsException):
        function.invoke()


def test_3_3_a_throttled_event_is_not_lost(account: Account, waiting: Waiting):
    name = waiting.function.name
    account.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    waiting.start()
    waiting.function.invoke(InvocationType="Event")
    waiting.finish()
    assert waiting.reports.receive() == "running"
    waiting.finish()


def test_1_7_the_same_code_again_is_a_new_sandbox_too(account: Account):
    function = account.function("subject.count")
    before = account.lambda_.get_function_configuration(FunctionName=function.name)["RevisionId"]
    assert [function.result({})["count"] for _ in range(2)] == [1, 2]
    account.lambda_.update_function_code(FunctionName=function.name, ZipFile=archive())
    assert function.result({})["count"] == 1
    after = account.lambda_.get_function_configuration(FunctionName=function.name)["RevisionId"]
    assert after != before
