from __future__ import annotations

import pytest

from harness.journal import Event
from harness.services.cloudwatch.apigateway_metrics import ApiGatewayMetrics
from harness.services.cloudwatch.lambda_metrics import LambdaMetrics, data, scopes
from harness.services.cloudwatch.store import Metric, MetricStore

FINISHED = {
    "function": "f",
    "started": 90.0,
    "failed": False,
    "duration_ms": 12.5,
    "concurrency": 3,
}


@pytest.mark.parametrize(("failed", "errors"), [(False, 0), (True, 1)])
def test_what_an_invocation_counts_as(failed, errors):
    assert data(Event(100.0, "invocation.finished", {**FINISHED, "failed": failed})) == [
        ("Invocations", 1, "Count"),
        ("Errors", errors, "Count"),
        ("Throttles", 0, "Count"),
        ("Duration", 12.5, "Milliseconds"),
        ("ConcurrentExecutions", 3, "Count"),
    ]


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("invocation.throttled", {}, [("Throttles", 1, "Count")]),
        ("async.accepted", {}, [("AsyncEventsReceived", 1, "Count")]),
        ("async.dropped", {}, [("AsyncEventsDropped", 1, "Count")]),
        (
            "async.dropped",
            {"condition": "RecursiveInvocationsExceeded"},
            [("AsyncEventsDropped", 1, "Count"), ("RecursiveInvocationsDropped", 1, "Count")],
        ),
        ("async.attempt", {"age_s": 1.5}, [("AsyncEventAge", 1500.0, "Milliseconds")]),
        ("async.destination_failed", {}, [("DestinationDeliveryFailures", 1, "Count")]),
        ("async.destination_failed", {"dead_letter": True}, [("DeadLetterErrors", 1, "Count")]),
        ("invocation.started", {}, []),
        ("call.finished", {}, []),
    ],
)
def test_what_other_events_count_as(kind, detail, expected):
    assert data(Event(100.0, kind, {"function": "f", **detail})) == expected


FUNCTION = ("FunctionName", "f")


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"function": "f"}, [(), (FUNCTION,), (FUNCTION, ("Resource", "f"))]),
        ({"function": "f:7"}, [(), (FUNCTION,), (FUNCTION, ("Resource", "f:7"))]),
        (
            {"function": "f:live", "version": "7"},
            [
                (),
                (FUNCTION,),
                (FUNCTION, ("Resource", "f:live")),
                (("ExecutedVersion", "7"), FUNCTION, ("Resource", "f:live")),
            ],
        ),
    ],
)
def test_under_which_dimensions(detail, expected):
    assert scopes(detail) == expected


def test_points_are_stamped_with_the_start_and_the_region_counts_all_functions():
    store = MetricStore(lambda: 0.0)
    metrics = LambdaMetrics(store)
    for name in ("f", "g"):
        metrics.observe(Event(1.0, "invocation.started", {"function": name}))
    metrics.observe(Event(100.0, "invocation.finished", FINISHED))
    own = store.read(Metric("AWS/Lambda", "ConcurrentExecutions", (FUNCTION,)), 0, 999, 60)
    assert {time: point.maximum for time, point in own.items()} == {60: 3}
    region = store.read(Metric("AWS/Lambda", "ConcurrentExecutions"), 0, 999, 60)
    assert region[60].maximum == 2


def test_a_request_to_an_http_api():
    store = MetricStore(lambda: 0.0)
    detail = {"api": "x", "status": 503, "latency_ms": 30.0, "integration_ms": 20.0}
    ApiGatewayMetrics(store).observe(Event(5.0, "apigateway.request", detail))
    ApiGatewayMetrics(store).observe(Event(5.0, "call.finished", detail))

    def total(name, *more):
        return store.read(Metric("AWS/ApiGateway", name, (("ApiId", "x"), *more)), 0, 60, 60)[0].sum

    names = ("Count", "4xx", "5xx", "Latency", "IntegrationLatency")
    assert [total(name) for name in names] == [1, 0, 1, 30, 20]
    assert total("Count", ("Stage", "$default")) == 1
