from __future__ import annotations

import pytest

from harness.journal import Event
from harness.services.cloudwatch.apigateway_metrics import ApiGatewayMetrics
from harness.services.cloudwatch.lambda_metrics import LambdaMetrics, data, provisioned, scopes
from harness.services.cloudwatch.store import Metric, MetricStore

FINISHED = {
    "function": "f",
    "started": 90.0,
    "failed": False,
    "duration_ms": 12.5,
    "concurrency": 3,
    "provisioned": 0,
    "allocated": 100,
    "reserved": False,
    "initialization": "on-demand",
    "version": "1",
}


RAN = {"started": 90.0, "age_s": 1.5}
AGE = ("AsyncEventAge", 1500.0, "Milliseconds", 90.0)


def counted(name: str) -> tuple[str, float, str, float]:
    return (name, 1, "Count", 100.0)


@pytest.mark.parametrize(("failed", "errors"), [(False, 0), (True, 1)])
def test_an_invocation_counts_at_its_start(failed, errors):
    assert data(Event(100.0, "invocation.finished", {**FINISHED, "failed": failed})) == [
        ("Invocations", 1, "Count", 90.0),
        ("Errors", errors, "Count", 90.0),
        ("Throttles", 0, "Count", 90.0),
        ("ConcurrentExecutions", 3, "Count", 90.0),
        ("Duration", 12.5, "Milliseconds", 90.0),
    ]


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("invocation.throttled", {}, [counted("Throttles")]),
        ("invocation.recursive", {}, [counted("RecursiveInvocationsDropped")]),
        ("async.accepted", {}, [counted("AsyncEventsReceived")]),
        ("async.dropped", {}, [counted("AsyncEventsDropped")]),
        ("async.dropped", RAN, [counted("AsyncEventsDropped"), AGE]),
        ("async.attempt", {"age_s": 1.5}, []),
        ("async.retry", {"seconds": 1}, []),
        ("async.retry", RAN, [AGE]),
        ("async.succeeded", RAN, [AGE]),
        ("async.delivered", {"via": "destination"}, []),
        (
            "async.destination_failed",
            {"via": "destination"},
            [counted("DestinationDeliveryFailures")],
        ),
        ("async.destination_failed", {"via": "dead_letter_queue"}, [counted("DeadLetterErrors")]),
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
    for name, reserved in (("f", False), ("g", True)):
        started = {**FINISHED, "function": name, "reserved": reserved}
        metrics.observe(Event(1.0, "invocation.started", started))
    metrics.observe(Event(100.0, "invocation.finished", FINISHED))
    own = store.read(Metric("AWS/Lambda", "ConcurrentExecutions", (FUNCTION,)), 0, 999, 60)
    assert {time: point.maximum for time, point in own.items()} == {60: 3}
    region = store.read(Metric("AWS/Lambda", "ConcurrentExecutions"), 0, 999, 60)
    assert region[60].maximum == 2
    unreserved = store.read(Metric("AWS/Lambda", "UnreservedConcurrentExecutions"), 0, 999, 60)
    assert unreserved[60].maximum == 1
    claimed = store.read(Metric("AWS/Lambda", "ClaimedAccountConcurrency"), 0, 999, 60)
    assert claimed[60].maximum == 101


AHEAD = {**FINISHED, "provisioned": 4, "initialization": "provisioned-concurrency"}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (FINISHED, {}),
        ({**FINISHED, "provisioned": 4}, {"ProvisionedConcurrencySpilloverInvocations": 1}),
        (
            AHEAD,
            {
                "ProvisionedConcurrencyInvocations": 1,
                "ProvisionedConcurrentExecutions": 3,
                "ProvisionedConcurrencyUtilization": 0.75,
            },
        ),
    ],
)
def test_what_an_invocation_counts_as_where_concurrency_is_provisioned(detail, expected):
    assert {name: value for name, value, _, _ in provisioned(detail, 3)} == expected


def test_invocations_in_sandboxes_started_ahead_are_counted_by_version():
    store = MetricStore(lambda: 0.0)
    metrics = LambdaMetrics(store)
    for version in ("1", "1", "2"):
        metrics.observe(Event(1.0, "invocation.started", {**AHEAD, "version": version}))
    metrics.observe(Event(100.0, "invocation.finished", AHEAD))
    metrics.observe(Event(100.0, "invocation.finished", AHEAD))
    metric = Metric("AWS/Lambda", "ProvisionedConcurrentExecutions", (FUNCTION,))
    point = store.read(metric, 0, 999, 60)[60]
    assert (point.maximum, point.minimum) == (2, 1)


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
