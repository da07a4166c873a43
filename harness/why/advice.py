"""What to change, from the story of an object (pure): one sentence for each cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote_plus

from harness.why.story import Delivery, Rule, Write


def advise(bucket: str, key: str, writes: Sequence[Write]) -> list[str]:
    """Return what a user can do about an object that did not get where it should."""
    if not writes:
        return list(_never_noticed(bucket, key))
    return list(dict.fromkeys(_about(bucket, writes[-1])))


def _never_noticed(bucket: str, key: str) -> Iterator[str]:
    yield (
        f"No write of s3://{bucket}/{key} went through the endpoint since it started: compare "
        f"bucket and key with `aws s3 ls s3://{bucket}/ --recursive`, and AWS_ENDPOINT_URL with "
        "`harness env`."
    )
    if unquote_plus(key) != key:
        plain = unquote_plus(key)
        yield f"Event records carry keys encoded; the plain one may be meant: s3://{bucket}/{plain}"


def _about(bucket: str, write: Write) -> Iterator[str]:
    if not write.rules:
        yield (
            f"The bucket {bucket} has no notification rule: put one with `aws s3api "
            "put-bucket-notification-configuration`, or in the template."
        )
    elif not any(rule.matched for rule in write.rules):
        yield from _unmatched(write)
    for rule in write.rules:
        if rule.matched:
            yield from _matched(bucket, rule)


def _unmatched(write: Write) -> Iterator[str]:
    yield (
        "No rule wants this event: change the rule's events, prefix or suffix, or the key. They "
        "are compared letter by letter, upper and lower case included."
    )
    in_parts = write.event == "ObjectCreated:CompleteMultipartUpload"
    if in_parts and any("event" in rule.reason for rule in write.rules):
        yield (
            "boto3 and the CLI upload files over 8 MiB in parts, which s3:ObjectCreated:Put does "
            "not cover: use s3:ObjectCreated:*."
        )


def _matched(bucket: str, rule: Rule) -> Iterator[str]:
    if rule.undelivered:
        yield _undelivered(bucket, rule)
    for delivery in rule.deliveries:
        yield from _delivery(rule, delivery)


def _undelivered(bucket: str, rule: Rule) -> str:
    function = _function(rule.target)
    if function and "not authorized" in rule.undelivered.lower():
        return (
            f"S3 may not invoke {function}: `aws lambda add-permission --function-name {function} "
            "--statement-id s3 --action lambda:InvokeFunction --principal s3.amazonaws.com "
            f"--source-arn arn:aws:s3:::{bucket} --source-account 123456789012`."
        )
    return f"S3 could not deliver to {rule.target}: {rule.undelivered}"


def _delivery(rule: Rule, delivery: Delivery) -> Iterator[str]:
    function = _function(rule.target) or rule.target
    outcomes = [attempt.outcome for attempt in delivery.attempts]
    if any("ReservedFunctionConcurrent" in outcome for outcome in outcomes):
        yield (
            f"{function} is at its reserved concurrency: raise it with `aws lambda "
            f"put-function-concurrency --function-name {function} "
            "--reserved-concurrent-executions N`, or wait."
        )
    if "Sandbox.Timedout" in outcomes:
        yield (
            f"{function} ran into its time-out: look with `harness logs {function}` where it "
            "stood, then make it quicker or raise the time-out."
        )
    elif any(_is_error(outcome) for outcome in outcomes):
        request = delivery.attempts[-1].request_id
        yield (
            f"{function} failed; its log has the traceback: `harness logs {function}`, "
            f"request {request}."
        )
    yield from _given_up(function, delivery)


def _is_error(outcome: str) -> bool:
    return outcome not in ("", "succeeded") and not outcome.startswith(("throttled", "not started"))


def _given_up(function: str, delivery: Delivery) -> Iterator[str]:
    if delivery.state != "given up":
        return
    kept = [sent.target for sent in delivery.sent if not sent.failure]
    for target in kept:
        yield f"The event is kept in {target}: once the cause is gone, `harness redrive {target}`."
    if not kept:
        yield (
            f"The event is gone: give {function} a dead-letter queue or an OnFailure destination, "
            "and write the object again."
        )


def _function(target: str) -> str:
    """Return the function's name in a Lambda ARN, "" for another target."""
    parts = target.split(":")
    return parts[6] if len(parts) > 6 and parts[2] == "lambda" else ""


def settled(writes: Iterable[Write]) -> bool:
    """Tell whether nothing more is going to happen to any of the writes."""
    return all(write.settled for write in writes)
