from __future__ import annotations

from harness.why.service import story
from harness.why.text import lines
from tests.harness.why.lines import BUCKET, KEY, accepted, attempted, evaluated, of, rule, s3

NOW = 150.0


def told(*journal) -> list[str]:
    return list(lines(story(BUCKET, KEY, list(journal)), NOW))


def test_the_whole_way_of_an_event():
    assert told(*accepted(), *attempted(101, cold=True), of("async.succeeded", 102)) == [
        "s3://docs/uploads/員工 (1).pdf",
        "00:01:40.000  ObjectCreated:Put, version v1, sequencer 0001",
        "  rule Uploads → arn:aws:lambda:ap-northeast-1:123456789012:function:processor",
        "    matched: event type and filters match",
        "    00:01:40.100  delivered, request 11111111-1111-4111-8111-111111111111",
        "    00:01:41.000  attempt 1: cold start, succeeded after 50 ms",
    ]


def test_the_next_attempt_is_announced():
    text = told(
        *accepted(),
        *attempted(101, "ValueError"),
        of("async.retry", 102, seconds=60.0, at=162.0),
    )
    assert "    next attempt at 00:02:42.000, in 12 s" in text
    assert text[-1].startswith("→ processor failed")


def test_waiting_and_running_are_told_as_of_now():
    assert told(*accepted(), of("async.attempt", 120))[-1].endswith(
        "attempt 1: waiting for a sandbox for 30.0 s"
    )
    running = told(*accepted(), *attempted(139.9)[:2])
    assert running[-1].endswith("attempt 1: warm, running for 10.0 s")


def test_an_end_in_a_queue_and_one_that_failed():
    text = told(
        *accepted(),
        *attempted(101, "ValueError"),
        of("async.dropped", 102, condition="RetriesExhausted"),
        of("async.delivered", 102, target="arn:letters"),
        of("async.destination_failed", 102, target="", reason="no such topic"),
    )
    assert "    given up: RetriesExhausted" in text
    assert "    sent to arn:letters" in text
    assert "    not sent to its destination: no such topic" in text


def test_rules_that_did_not_match_and_none_at_all():
    assert "    not matched: the suffix .png" in told(
        evaluated(rule(matched=False, reason="the suffix .png"))
    )
    assert "  no rule: the bucket notifies nobody" in told(evaluated(version_id=""))


def test_what_s3_could_not_deliver():
    text = told(evaluated(rule()), s3("undelivered", reason="Not authorized"))
    assert "    not delivered: Not authorized" in text


def test_a_message_back_in_its_queue():
    text = told(
        evaluated(rule()),
        s3("delivered", request_id="m-1"),
        {"time": 101, "kind": "mapping.invoked", "message_ids": ["m-1"], "request_id": "r"},
        {"time": 102, "kind": "mapping.failed", "message_ids": ["m-1"], "reason": "for 30 s"},
    )
    assert "    back in the queue: for 30 s" in text
