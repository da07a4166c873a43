from __future__ import annotations

from harness.why.story import Delivery, Write, tell
from tests.harness.why import lines as journal
from tests.harness.why.lines import REQUEST, accepted, attempted, evaluated, of, rule, s3


def write_of(*lines: journal.Line) -> Write:
    (write,) = tell(lines)
    return write


def delivery_of(*lines: journal.Line) -> Delivery:
    (found,) = [delivery for rule in write_of(*lines).rules for delivery in rule.deliveries]
    return found


def test_nothing_recorded_is_no_write():
    assert tell([]) == []


def test_a_write_without_rules_is_settled():
    write = write_of(evaluated())
    assert (write.event, write.version_id, write.sequencer) == ("ObjectCreated:Put", "v1", "0001")
    assert write.rules == []
    assert write.settled


def test_a_matched_rule_is_not_settled_before_its_delivery():
    assert not write_of(evaluated(rule())).settled
    assert write_of(evaluated(rule(matched=False, reason="suffix"))).settled
    assert write_of(evaluated(rule()), s3("undelivered", reason="not authorized")).settled


def test_an_event_waits_runs_and_succeeds():
    assert delivery_of(*accepted()).state == "waiting"
    begun = [*accepted(), *attempted(101)[:2]]
    assert delivery_of(*begun).state == "running"
    finished = [*accepted(), *attempted(101, cold=True), of("async.succeeded", 102)]
    delivery = delivery_of(*finished)
    assert delivery.state == "succeeded"
    (attempt,) = delivery.attempts
    assert (attempt.outcome, attempt.cold, attempt.duration_ms) == ("succeeded", True, 50.0)
    assert write_of(*finished).settled


def test_a_failure_is_tried_again_and_given_up():
    failed = [*accepted(), *attempted(101, "Sandbox.Timedout")]
    retrying = delivery_of(*failed, of("async.retry", 102, seconds=60.0, at=162.0))
    assert (retrying.state, retrying.next_attempt) == ("retrying", 162.0)
    given_up = delivery_of(
        *failed,
        of("async.retry", 102, seconds=60.0, at=162.0),
        *attempted(162, "ValueError"),
        of("async.dropped", 163, condition="RetriesExhausted"),
        of("async.delivered", 163, target="arn:aws:sqs:r:1:letters"),
        of("async.destination_failed", 163, target="arn:aws:sns:r:1:topic", reason="gone"),
    )
    assert (given_up.state, given_up.condition) == ("given up", "RetriesExhausted")
    assert [attempt.outcome for attempt in given_up.attempts] == ["Sandbox.Timedout", "ValueError"]
    assert [(sent.target, sent.failure) for sent in given_up.sent] == [
        ("arn:aws:sqs:r:1:letters", ""),
        ("arn:aws:sns:r:1:topic", "gone"),
    ]


def test_a_retry_that_has_begun_is_not_announced_any_more():
    delivery = delivery_of(
        *accepted(),
        *attempted(101, "ValueError"),
        of("async.retry", 102, seconds=60.0, at=162.0),
        of("async.attempt", 162),
    )
    assert (delivery.state, delivery.next_attempt) == ("waiting", 0.0)


def test_the_time_of_a_retry_follows_from_its_wait():
    delivery = delivery_of(*accepted(), of("async.retry", 102, seconds=60.0))
    assert delivery.next_attempt == 162.0


def test_a_throttle_keeps_its_reason():
    delivery = delivery_of(
        *accepted(),
        of("async.attempt", 101),
        of("invocation.throttled", 101, reason="ReservedFunctionConcurrentInvocationLimitExceeded"),
        of("async.not_started", 101, reason="TooManyRequestsException"),
        of("async.retry", 101, seconds=1.0, at=102.0),
    )
    (attempt,) = delivery.attempts
    assert attempt.outcome == "throttled: ReservedFunctionConcurrentInvocationLimitExceeded"


def test_an_attempt_that_could_not_start_says_why():
    delivery = delivery_of(
        *accepted(), of("async.attempt", 101), of("async.not_started", 101, reason="no function")
    )
    assert delivery.attempts[0].outcome == "not started: no function"


def mapping(kind: str, at: float, **more: object) -> journal.Line:
    return {"time": at, "kind": f"mapping.{kind}", "message_ids": ["m-1"], **more}


def test_a_message_goes_through_a_mapping():
    queued = [evaluated(rule()), s3("delivered", request_id="m-1")]
    assert delivery_of(*queued).state == "handed over"
    running = [*queued, mapping("invoked", 101, request_id=REQUEST), *attempted(101)[1:]]
    failed = delivery_of(*running, mapping("failed", 102, reason="visible again after 30 s"))
    assert (failed.state, failed.condition) == ("retrying", "visible again after 30 s")
    done = delivery_of(*running, mapping("deleted", 102))
    assert done.state == "succeeded"
    assert [attempt.request_id for attempt in done.attempts] == [REQUEST]


def test_two_writes_of_a_key_are_told_apart():
    first, second = tell([evaluated(rule()), evaluated(at=200, call="call-2")])
    assert (len(first.rules), second.rules) == (1, [])


def test_a_duplicate_is_a_second_delivery():
    write = write_of(
        evaluated(rule()), s3("delivered", request_id=REQUEST), s3("delivered", request_id="again")
    )
    assert len(write.rules[0].deliveries) == 2


def test_a_line_without_its_beginning_is_passed_over():
    assert tell([s3("delivered", request_id=REQUEST), *attempted(101)]) == []
