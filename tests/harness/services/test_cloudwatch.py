from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.journal import Event, Journal
from harness.services.cloudwatch import MetricDelivery, async_metrics, lambda_metrics

FINISHED = {
    "function": "f",
    "started": 90.0,
    "failed": False,
    "duration_ms": 12.5,
    "concurrency": 3,
}


def points(event: Event) -> dict[str, tuple[float, str, float]]:
    """Return (value, unit, time) by metric; all points must be the function's."""
    found = lambda_metrics(event) + async_metrics(event)
    assert {function for function, *_ in found} <= {"f"}
    return {metric: (value, unit, time) for _, metric, value, unit, time in found}


RAN = {"started": 90.0, "age_s": 1.5}
AGE = {"AsyncEventAge": (1500.0, "Milliseconds", 90.0)}


@pytest.mark.parametrize(("failed", "errors"), [(False, 0), (True, 1)])
def test_an_invocation_counts_at_its_start(failed, errors):
    event = Event(100.0, "invocation.finished", {**FINISHED, "failed": failed})
    assert points(event) == {
        "Invocations": (1, "Count", 90.0),
        "Errors": (errors, "Count", 90.0),
        "Throttles": (0, "Count", 90.0),
        "Duration": (12.5, "Milliseconds", 90.0),
        "ConcurrentExecutions": (3, "Count", 90.0),
    }


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("invocation.throttled", {}, {"Throttles": (1, "Count", 100.0)}),
        ("async.accepted", {}, {"AsyncEventsReceived": (1, "Count", 100.0)}),
        ("async.dropped", {}, {"AsyncEventsDropped": (1, "Count", 100.0)}),
        ("async.attempt", {"age_s": 1.5}, {}),
        ("async.retry", {"seconds": 1}, {}),
        ("async.retry", RAN, AGE),
        ("async.succeeded", RAN, AGE),
        ("async.dropped", RAN, {**AGE, "AsyncEventsDropped": (1, "Count", 100.0)}),
        ("async.delivered", {"via": "destination"}, {}),
        (
            "async.destination_failed",
            {"via": "destination"},
            {"DestinationDeliveryFailures": (1, "Count", 100.0)},
        ),
        (
            "async.destination_failed",
            {"via": "dead_letter_queue"},
            {"DeadLetterErrors": (1, "Count", 100.0)},
        ),
        ("invocation.recursive", {}, {"RecursiveInvocationsDropped": (1, "Count", 100.0)}),
        ("invocation.started", {}, {}),
        ("call.finished", {}, {}),
    ],
)
def test_what_other_events_count_as(kind, detail, expected):
    assert points(Event(100.0, kind, {"function": "f", **detail})) == expected


class CloudWatch:
    """Keeps what it is sent; refuses while `status` says so."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.status = 200

    async def __call__(self, call: Call) -> Reply:
        self.requests.append(dict(parse_qsl((await call.body.read()).decode())))
        return Reply(self.status, [], b"" if self.status == 200 else b"refused")


Work = Callable[[MetricDelivery, Journal, CloudWatch], Awaitable[None]]


@pytest.fixture
def delivering(tmp_path: Path) -> Callable[[Work], list[Event]]:
    """Run a test's work and return what the journal was told besides."""

    def run(work: Work) -> list[Event]:
        seen: list[Event] = []

        async def guarded() -> None:
            journal = Journal(tmp_path / "journal", ManualClock(start=100.0))
            journal.follow(seen.append)
            cloudwatch = CloudWatch()
            delivery = MetricDelivery(cloudwatch, "ap-northeast-1", journal)
            journal.follow(delivery.observe)
            async with asyncio.timeout(20):
                await work(delivery, journal, cloudwatch)
            await delivery.close()
            journal.close()

        asyncio.run(guarded())
        return [event for event in seen if event.kind == "metrics.refused"]

    return run


def finish(journal: Journal, count: int = 1) -> None:
    for _ in range(count):
        journal.record("invocation.finished", **FINISHED)


def test_points_are_sent_as_put_metric_data(delivering):
    async def work(delivery: MetricDelivery, journal: Journal, cloudwatch: CloudWatch) -> None:
        journal.record("invocation.throttled", function="f")
        await delivery.flush()
        assert cloudwatch.requests == [
            {
                "Action": "PutMetricData",
                "Namespace": "AWS/Lambda",
                "MetricData.member.1.MetricName": "Throttles",
                "MetricData.member.1.Value": "1",
                "MetricData.member.1.Unit": "Count",
                "MetricData.member.1.Timestamp": "1970-01-01T00:01:40+00:00",
                "MetricData.member.1.Dimensions.member.1.Name": "FunctionName",
                "MetricData.member.1.Dimensions.member.1.Value": "f",
            }
        ]

    assert delivering(work) == []


def values(requests: list[dict[str, Any]], metric: str) -> int:
    return sum(list(request.values()).count(metric) for request in requests)


def test_many_points_are_few_calls_and_none_is_lost(delivering):
    async def work(delivery: MetricDelivery, journal: Journal, cloudwatch: CloudWatch) -> None:
        finish(journal, 100)
        await delivery.flush()
        assert len(cloudwatch.requests) == 3
        assert values(cloudwatch.requests, "Invocations") == 100

    assert delivering(work) == []


def test_a_refusal_is_noted_and_the_next_go_on(delivering):
    async def work(delivery: MetricDelivery, journal: Journal, cloudwatch: CloudWatch) -> None:
        cloudwatch.status = 500
        finish(journal)
        await delivery.flush()
        cloudwatch.status = 200
        finish(journal)
        await delivery.flush()
        assert len(cloudwatch.requests) == 2

    (noted,) = delivering(work)
    assert noted.detail == {"points": 5, "reason": "InternalFailure: refused"}


def test_with_nothing_observed_there_is_nothing_to_wait_for(delivering):
    async def work(delivery: MetricDelivery, journal: Journal, cloudwatch: CloudWatch) -> None:
        journal.record("call.finished", service="s3")
        await delivery.flush()
        assert cloudwatch.requests == []

    delivering(work)
