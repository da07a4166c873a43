"""What a sandbox of a trivial function costs: its start, and its memory while it idles."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import boto, settings
from harness.disposable import Disposable, disposable
from harness.gate.quantile import quantile
from loadtests.benchmarks.conftest import BARE
from loadtests.benchmarks.deploy import deploy

SANDBOXES = 50
_TOGETHER_S = 15  # each waits that long, so that none serves a second invocation
_HANDLER = """
import time

def handler(event, context):
    time.sleep(event)
    return event
"""


@pytest.fixture(scope="module")
def bare() -> Iterator[Disposable]:
    """An environment of nothing but a role."""
    options = ("--template", str(BARE), "--max-sandboxes", str(SANDBOXES))
    with disposable(*options, inherited=settings.load().inherited) as running:
        yield running


@pytest.fixture(scope="module")
def functions(bare: Disposable) -> Iterator[str]:
    """Yield the names of functions that have never run, one after the other."""
    return (_created(bare, f"trivial-{number}") for number in itertools.count())


def _created(environment: Disposable, name: str) -> str:
    client = boto.client(environment.facts, "lambda")
    deploy(client, _HANDLER, name=name, role="measured", Timeout=60)
    return name


def _invoke(client: Any, name: str, seconds: float) -> None:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(seconds))
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_cold_start(
    benchmark: BenchmarkFixture, bare: Disposable, functions: Iterator[str]
) -> None:
    """A round is the first Invoke of a function, from the request to its answer."""
    client = boto.client(bare.facts, "lambda")
    _invoke(client, next(functions), 0)
    benchmark.extra_info["goal"] = "p50 <= 120 ms"
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        _invoke, setup=lambda: ((client, next(functions), 0), {}), rounds=40
    )


def test_warm_invoke(
    benchmark: BenchmarkFixture, bare: Disposable, functions: Iterator[str]
) -> None:
    """A round is an Invoke that finds its sandbox frozen."""
    client, name = boto.client(bare.facts, "lambda"), next(functions)
    benchmark.extra_info["goal"] = "p50 <= 3 ms"
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        _invoke, args=(client, name, 0), rounds=500, warmup_rounds=50
    )


def test_idle_sandboxes(
    benchmark: BenchmarkFixture, bare: Disposable, functions: Iterator[str]
) -> None:
    """A round brings 50 sandboxes of one function up; `extra_info` has what they hold then."""
    client, name = boto.client(bare.facts, "lambda"), next(functions)

    def crowd() -> None:
        with ThreadPoolExecutor(SANDBOXES) as pool:
            list(pool.map(lambda _: _invoke(client, name, _TOGETHER_S), range(SANDBOXES)))

    benchmark.pedantic(crowd, rounds=1)  # type: ignore[no-untyped-call]
    sandboxes = _sandboxes(bare, name)
    benchmark.extra_info |= {
        "sandboxes": len(sandboxes),
        "rss_mb": sum(process.memory_info().rss for process in sandboxes) / 1e6,
        "pss_mb": sum(process.memory_full_info().pss for process in sandboxes) / 1e6,
        "median_rss_mb": quantile((p.memory_info().rss / 1e6 for p in sandboxes), 0.5),
        "goal": "rss of 50 <= 1000 MB",
    }


def _sandboxes(environment: Disposable, function: str) -> list[psutil.Process]:
    family = psutil.Process(environment.facts.pid).children(recursive=True)
    return [
        process
        for process in family
        if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == function
    ]
