"""A warm synchronous Invoke of a trivial function, by boto3 through the endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import boto
from harness.disposable import Disposable
from harness.gate.quantile import quantile
from loadtests.benchmarks.deploy import deploy

INVOCATIONS = 500
WARM_UP = 50
QUEUED = 5000


@pytest.fixture(scope="module")
def aws_lambda(environment: Disposable) -> Iterator[Any]:
    client = boto.client(environment.facts, "lambda")
    deploy(client, "def handler(event, context):\n    return event\n", name="trivial")
    yield client
    client.delete_function(FunctionName="trivial")


def test_invoke(benchmark: BenchmarkFixture, aws_lambda: Any) -> None:
    def invoke() -> None:
        aws_lambda.invoke(FunctionName="trivial", Payload=b'{"n": 1}')["Payload"].read()

    benchmark.pedantic(  # type: ignore[no-untyped-call]
        invoke, rounds=INVOCATIONS, warmup_rounds=WARM_UP
    )
    assert benchmark.stats is not None
    seconds = benchmark.stats.stats.data
    benchmark.extra_info |= {
        "p50_s": quantile(seconds, 0.5),
        "p95_s": quantile(seconds, 0.95),
        "goal": "p50 <= 0.003 s",
    }


def test_invoke_while_events_are_queued(
    benchmark: BenchmarkFixture, aws_lambda: Any, environment: Disposable
) -> None:
    """Accept thousands of events at once; how many are run each second must not fall with them."""

    def accept_and_run() -> None:
        for number in range(QUEUED):
            aws_lambda.invoke(
                FunctionName="trivial", InvocationType="Event", Payload=b"%d" % number
            )
        while environment.status()["queued_events"]:
            pass  # each question takes the time that a process needs to start

    benchmark.pedantic(accept_and_run, rounds=1)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None
    benchmark.extra_info |= {
        "events": QUEUED,
        "events_per_s": QUEUED / benchmark.stats.stats.max,
    }
