from __future__ import annotations

from harness.why.advice import advise
from harness.why.story import tell
from tests.harness.why.lines import (
    BUCKET,
    KEY,
    accepted,
    attempted,
    evaluated,
    of,
    rule,
    s3,
)

RETRIES = of("async.dropped", 200, condition="RetriesExhausted")


def advice(*lines) -> str:
    return "\n".join(advise(BUCKET, KEY, tell(lines)))


def test_an_object_nobody_wrote():
    assert "No write of s3://docs/uploads/" in advice()
    encoded = advise("docs", "uploads/a+%281%29.pdf", [])
    assert "s3://docs/uploads/a (1).pdf" in encoded[1]


def test_a_bucket_without_rules():
    assert "has no notification rule" in advice(evaluated())


def test_no_rule_matched():
    assert "No rule wants this event" in advice(evaluated(rule(matched=False, reason="prefix")))


def test_a_large_upload_and_a_rule_for_put():
    reason = "the event type is not s3:ObjectCreated:Put"
    large = evaluated(rule(matched=False, reason=reason))
    large["event"] = "ObjectCreated:CompleteMultipartUpload"
    assert "use s3:ObjectCreated:*" in advice(large)


def test_a_missing_permission_is_spelt_out():
    text = advice(evaluated(rule()), s3("undelivered", reason="Not authorized to invoke function"))
    assert "aws lambda add-permission --function-name processor" in text
    assert "--source-arn arn:aws:s3:::docs" in text


def test_another_refusal_is_passed_on():
    assert "the queue is gone" in advice(
        evaluated(rule()), s3("undelivered", reason="the queue is gone")
    )


def test_a_failing_function_points_to_its_log():
    text = advice(*accepted(), *attempted(101, "ValueError"))
    assert "harness logs processor" in text
    assert "request 11111111-1111-4111-8111-111111111111" in text


def test_a_time_out_and_a_throttle():
    assert "time-out" in advice(*accepted(), *attempted(101, "Sandbox.Timedout"))
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert "put-function-concurrency" in advice(
        *accepted(), of("async.attempt", 101), of("invocation.throttled", 101, reason=reason)
    )


def test_what_was_given_up_is_kept_somewhere_or_gone():
    failed = [*accepted(), *attempted(101, "ValueError"), RETRIES]
    assert "The event is gone" in advice(*failed)
    kept = of("async.delivered", 201, target="arn:aws:sqs:r:1:letters")
    assert "harness redrive arn:aws:sqs:r:1:letters" in advice(*failed, kept)


def test_success_needs_no_advice():
    assert advice(*accepted(), *attempted(101), of("async.succeeded", 102)) == ""


def test_only_the_latest_write_counts():
    assert advice(evaluated(), evaluated(rule(), at=300, call="call-2")) == ""
