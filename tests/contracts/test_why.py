"""What `harness why` tells of objects whose events took different ends."""

from __future__ import annotations

import json
from typing import Any

import httpx

from harness.disposable import Disposable
from tests.contracts.account import Account, Function, eventually
from tests.contracts.buffered import buffered, queue
from tests.contracts.listener import permit

KEY = "uploads/員工 (1)+.pdf"


def told(environment: Disposable, bucket: str, key: str = KEY) -> dict[str, Any]:
    story: dict[str, Any] = json.loads(environment.harness("why", "--json", f"s3://{bucket}/{key}"))
    return story


def settled(environment: Disposable, bucket: str) -> dict[str, Any]:
    """Return the story once it is over: the command follows it."""
    story: dict[str, Any] = json.loads(
        environment.harness("why", "--json", "--follow", f"s3://{bucket}/{KEY}")
    )
    assert story["settled"]
    return story


def written(account: Account, function: Function, **rule: Any) -> str:
    bucket = account.bucket(versioned=True)
    account.notify(bucket, function, **rule)
    account.s3.put_object(Bucket=bucket, Key=KEY, Body=b"content")
    return bucket


def test_a_function_that_ran(account: Account, environment: Disposable):
    function = account.function("subject.echo")
    bucket = written(account, function, Id="Uploads")
    (write,) = settled(environment, bucket)["writes"]
    (rule,) = write["rules"]
    (delivery,) = rule["deliveries"]
    assert (write["event"], rule["id"], rule["target"]) == (
        "ObjectCreated:Put",
        "Uploads",
        function.arn,
    )
    assert rule["matched"]
    assert delivery["state"] == "succeeded"
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["succeeded"]
    text = environment.harness("why", f"s3://{bucket}/{KEY}")
    assert "attempt 1: cold start, succeeded after" in text


def test_rules_that_did_not_match(account: Account, environment: Disposable):
    filters = {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".png"}]}}
    bucket = written(account, account.function("subject.echo"), Filter=filters)
    story = settled(environment, bucket)
    (rule,) = story["writes"][0]["rules"]
    assert not rule["matched"]
    assert ".png" in rule["reason"]
    assert story["advice"][0].startswith("No rule wants this event")


def test_a_bucket_without_rules_and_an_object_nobody_wrote(
    account: Account, environment: Disposable
):
    bucket = account.bucket()
    account.s3.put_object(Bucket=bucket, Key=KEY, Body=b"x")
    assert "has no notification rule" in told(environment, bucket)["advice"][0]
    answer = httpx.get(
        f"{account.url}/_harness/why", params={"bucket": bucket, "key": "other"}, trust_env=False
    ).json()
    assert (answer["writes"], answer["settled"]) == ([], True)


def test_a_permission_that_was_taken_back(account: Account, environment: Disposable):
    function = account.function("subject.echo")
    bucket = account.bucket()
    account.notify(bucket, function)
    policy = json.loads(account.lambda_.get_policy(FunctionName=function.name)["Policy"])
    (statement,) = policy["Statement"]
    account.lambda_.remove_permission(FunctionName=function.name, StatementId=statement["Sid"])
    account.s3.put_object(Bucket=bucket, Key=KEY, Body=b"x")
    story = settled(environment, bucket)
    assert "Not authorized" in story["writes"][0]["rules"][0]["undelivered"]
    assert f"aws lambda add-permission --function-name {function.name}" in story["advice"][0]


def test_retries_and_a_dead_letter(account: Account, environment: Disposable):
    letters = account.queue()
    function = account.function("subject.fail", DeadLetterConfig={"TargetArn": letters.arn})
    bucket = written(account, function)
    letters.message()
    story = settled(environment, bucket)
    (delivery,) = story["writes"][0]["rules"][0]["deliveries"]
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["ValueError"] * 3
    assert (delivery["state"], delivery["condition"]) == ("given up", "RetriesExhausted")
    assert delivery["sent"] == [{"target": letters.arn, "failure": ""}]
    assert any(f"harness logs {function.name}" in advice for advice in story["advice"])
    assert any(f"harness redrive {letters.arn}" in advice for advice in story["advice"])


def test_a_throttle_and_when_it_is_tried_again(account: Account, environment: Disposable):
    reports, signals = account.queue(), account.queue()
    variables = {"REPORTS": reports.url, "SIGNALS": signals.url}
    function = account.function("subject.report_and_wait", variables, Timeout=60)
    account.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=1
    )
    function.invoke(InvocationType="Event")
    assert reports.receive() == "running"
    bucket = written(account, function)

    def throttled() -> str | None:
        story = told(environment, bucket)
        outcomes = [
            attempt["outcome"]
            for rule in story["writes"][0]["rules"]
            for delivery in rule["deliveries"]
            for attempt in delivery["attempts"]
        ]
        return next((outcome for outcome in outcomes if "throttled" in outcome), None)

    assert "ReservedFunctionConcurrentInvocationLimitExceeded" in eventually(throttled)
    assert any("put-function-concurrency" in one for one in told(environment, bucket)["advice"])
    for _ in range(2):
        signals.send()
    assert settled(environment, bucket)["writes"][0]["rules"][0]["deliveries"][0]["state"] == (
        "succeeded"
    )
    account.lambda_.delete_function_concurrency(FunctionName=function.name)


def test_an_event_that_goes_through_a_queue(account: Account, environment: Disposable):
    source, bucket = queue(account), account.bucket()
    permit(account, bucket, source)
    buffer = buffered(account, source=source, function={"Timeout": 2})
    rule = {"QueueArn": source.arn, "Events": ["s3:ObjectCreated:*"]}
    account.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [rule]}
    )
    account.s3.put_object(Bucket=bucket, Key=KEY, Body=b"x")
    buffer.emptied()
    (delivery,) = settled(environment, bucket)["writes"][0]["rules"][0]["deliveries"]
    assert delivery["state"] == "succeeded"
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["succeeded"]
