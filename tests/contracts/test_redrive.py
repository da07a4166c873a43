"""`harness redrive` against real queues and functions (aws-behaviour §3.6, §6.3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import cli
from harness.disposable import Disposable
from tests.contracts.account import Account, Queue
from tests.contracts.buffered import queue

Redrive = Callable[..., tuple[int, str, str]]


@pytest.fixture
def redrive(
    environment: Disposable, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Redrive:
    """Run the command; returns exit code, output and what was said beside it."""
    monkeypatch.setenv("HARNESS_STATE_DIR", str(environment.state_dir))

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(["redrive", *words])
        output = capfd.readouterr()
        return code, output.out, output.err

    return run


def name(of: Queue) -> str:
    return of.arn.rpartition(":")[2]


def source_of(account: Account, letters: Queue, **attributes: str) -> Queue:
    policy = json.dumps({"deadLetterTargetArn": letters.arn, "maxReceiveCount": 3})
    return queue(account, RedrivePolicy=policy, **attributes)


def test_messages_go_back_to_their_queue_with_their_attributes(account: Account, redrive: Redrive):
    letters = account.queue()
    source = source_of(account, letters)
    for number in range(12):
        account.sqs.send_message(
            QueueUrl=letters.url,
            MessageBody=str(number),
            MessageAttributes={"bytes": {"DataType": "Binary", "BinaryValue": b"\xff"}},
        )
    code, out, _ = redrive(letters.arn)
    assert (code, out.splitlines()[1]) == (0, f"queue {name(source)}\t12\t")
    found = [source.message() for _ in range(12)]
    assert sorted(int(message["Body"]) for message in found) == list(range(12))
    assert {message["MessageAttributes"]["bytes"]["BinaryValue"] for message in found} == {b"\xff"}
    assert letters.is_empty()


def test_a_dead_letter_of_a_function_invokes_it_again(account: Account, redrive: Redrive):
    letters, reports = account.queue(), account.queue()
    function = account.function(
        "subject.report_event",
        {"REPORTS": reports.url},
        DeadLetterConfig={"TargetArn": letters.arn},
    )
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": "id"},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": "the handler failed"},
    }
    account.sqs.send_message(
        QueueUrl=letters.url, MessageBody='{"text": "員工"}', MessageAttributes=attributes
    )
    code, out, _ = redrive(function.name, "--dry-run")
    assert (code, f"function {function.name}\tthe handler failed" in out) == (0, True)
    code, _, _ = redrive(function.name)
    assert (code, reports.receive()) == (0, {"text": "員工"})
    assert letters.is_empty()


def test_a_record_of_a_destination_invokes_its_function_again(account: Account, redrive: Redrive):
    letters, reports = account.queue(), account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    record: dict[str, Any] = {
        "version": "1.0",
        "requestContext": {"functionArn": f"{function.arn}:$LATEST", "condition": "x"},
        "requestPayload": [1, 2],
    }
    letters.send(record)
    code, _, _ = redrive(name(letters))
    assert (code, reports.receive()) == (0, [1, 2])


def test_a_dry_run_and_a_limit_leave_the_rest(account: Account, redrive: Redrive):
    letters = account.queue()
    source = source_of(account, letters)
    for number in range(3):
        letters.send(number)
    code, out, _ = redrive(letters.url, "--dry-run")
    assert (code, out.count(f"queue {name(source)}")) == (0, 3)
    assert redrive(letters.url, "--limit", "2")[0] == 0
    assert {source.receive(), source.receive(), letters.receive()} == {0, 1, 2}


def test_letters_without_a_place_stay_and_it_is_said(account: Account, redrive: Redrive):
    letters = account.queue()
    letters.send("nobody's")
    code, out, _ = redrive(letters.url)
    assert (code, "no queue has this dead-letter queue; name one with --to" in out) == (1, True)
    target = account.queue()
    assert redrive(letters.url, "--to", target.url)[0] == 0
    assert target.receive() == "nobody's"


def test_fifo_letters_keep_group_and_order(account: Account, redrive: Redrive):
    letters = queue(account, fifo=True)
    policy = json.dumps({"deadLetterTargetArn": letters.arn, "maxReceiveCount": 3})
    source = queue(account, fifo=True, RedrivePolicy=policy)
    for number in range(3):
        account.sqs.send_message(
            QueueUrl=letters.url,
            MessageBody=str(number),
            MessageGroupId="g",
            MessageDeduplicationId=str(number),
        )
    assert redrive(letters.url)[0] == 0
    assert [source.receive() for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing-of-that-name"], 1, "there is neither a queue nor a function"),
        (["x", "--limit", "0"], 2, "--limit must be greater than 0"),
    ],
)
def test_mistakes_are_one_line(redrive: Redrive, words: list[str], code: int, said: str):
    exit_code, out, err = redrive(*words)
    assert (exit_code, out, len(err.splitlines())) == (code, "", 1)
    assert err.startswith(f"harness: {said}")


def test_a_function_without_dead_letters(account: Account, redrive: Redrive):
    function = account.function("subject.echo")
    code, _, said = redrive(function.name)
    assert (code, "has no dead-letter queue" in said) == (1, True)
