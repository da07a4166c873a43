"""Child processes and containers side by side, in turns: warm, cold, and from nothing."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import boto, settings
from harness.disposable import Disposable, disposable
from harness.gate.quantile import quantile
from harness.images.engine import ping
from loadtests.benchmarks.client import Client
from loadtests.benchmarks.conftest import TEMPLATE
from loadtests.benchmarks.deploy import deploy
from loadtests.documents import Document

RUNTIMES = ("process", "docker")
PROCESSOR = "hr-chatbot-file-processor"
INVOCATIONS = 500
WARM_UP = 50
COLD_STARTS = 7
LIVES = 3

_INIT = re.compile(r"Init Duration: ([\d.]+) ms")


@dataclass(frozen=True)
class Running:
    environment: Disposable
    client: Client

    def invoke_s(self, aws_lambda: Any) -> float:
        began = time.perf_counter()
        aws_lambda.invoke(FunctionName="trivial", Payload=b'{"n": 1}')["Payload"].read()
        return time.perf_counter() - began


@pytest.fixture(scope="module")
def engine() -> None:
    try:
        ping(settings.load().docker_host)
    except OSError as error:
        pytest.skip(f"no Docker engine: {error}")


def started(runtime: str) -> Any:
    """Return the context of an environment with that runtime."""
    options = ("--template", str(TEMPLATE), "--runtime", runtime)
    return disposable(*options, inherited=settings.load().inherited)


@pytest.fixture(scope="module")
def both(engine: None) -> Iterator[dict[str, Running]]:
    with ExitStack() as stack:
        running = {}
        for runtime in RUNTIMES:
            environment = stack.enter_context(started(runtime))
            client = stack.enter_context(Client(environment.facts))
            client.warm_up()
            running[runtime] = Running(environment, client)
        yield running


def test_warm_invocation(benchmark: BenchmarkFixture, both: dict[str, Running]) -> None:
    """A round is an invocation in each; `extra_info` has the quantiles of both."""
    clients = {name: boto.client(one.environment.facts, "lambda") for name, one in both.items()}
    for client in clients.values():
        deploy(client, "def handler(event, context):\n    return event\n", name="trivial")
    taken: dict[str, list[float]] = {runtime: [] for runtime in RUNTIMES}

    def invoke() -> None:
        for runtime, client in clients.items():
            taken[runtime].append(both[runtime].invoke_s(client))

    benchmark.pedantic(invoke, rounds=INVOCATIONS + WARM_UP)  # type: ignore[no-untyped-call]
    for runtime, seconds in taken.items():
        benchmark.extra_info[f"{runtime}_p50_s"] = quantile(seconds[WARM_UP:], 0.5)
        benchmark.extra_info[f"{runtime}_p95_s"] = quantile(seconds[WARM_UP:], 0.95)
    ratio = benchmark.extra_info["docker_p50_s"] / benchmark.extra_info["process_p50_s"]
    benchmark.extra_info |= {"ratio_of_p50": ratio, "goal": "ratio <= 1.5"}


def test_cold_start(benchmark: BenchmarkFixture, both: dict[str, Running]) -> None:
    """A round is a document in a new sandbox of each; `extra_info` has their Init Durations."""
    document = Document("冷啟動.md", "員工請假應事先申請。".encode(), "text/markdown")
    before = {
        runtime: len(one.client.report_values(PROCESSOR, _INIT)) for runtime, one in both.items()
    }

    def cold() -> None:
        for one in both.values():
            one.client.retire_sandboxes(PROCESSOR)
            one.client.processing_s(one.client.upload(document))

    benchmark.pedantic(cold, rounds=COLD_STARTS)  # type: ignore[no-untyped-call]
    for runtime, one in both.items():
        at_least = before[runtime] + COLD_STARTS
        inits = one.client.report_values(PROCESSOR, _INIT, at_least)[before[runtime] :]
        benchmark.extra_info[f"{runtime}_init_ms"] = inits
        benchmark.extra_info[f"{runtime}_median_ms"] = statistics.median(inits)
    benchmark.extra_info["goal"] = "docker median <= 1200 ms"


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_up(benchmark: BenchmarkFixture, engine: None, runtime: str) -> None:
    """A round is a whole life, with every image present; `extra_info` has the times to ready."""
    ready: list[float] = []

    def live() -> None:
        with started(runtime) as environment:
            ready.append(environment.up_seconds)

    benchmark.pedantic(live, rounds=LIVES)  # type: ignore[no-untyped-call]
    benchmark.extra_info |= {"ready_s": ready, "goal": "docker <= 12 s"}
