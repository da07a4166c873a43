"""What metrics and logs cost: CPU of the environment for 1,000 short invocations."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
from pytest_benchmark.fixture import BenchmarkFixture

from harness import boto
from harness.disposable import Disposable
from loadtests.benchmarks.deploy import deploy

INVOCATIONS, AT_ONCE = 1000, 4


def test_observation(benchmark: BenchmarkFixture, environment: Disposable) -> None:
    """A round is 1,000 invocations; `extra_info` has the CPU seconds of each process."""
    invoke = _function(environment)
    head = psutil.Process(environment.facts.pid)
    moto = next(child for child in head.children() if "harness.moto_server" in child.cmdline())
    invoke(50)
    before = [_cpu_s(head), _cpu_s(moto)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [INVOCATIONS // AT_ONCE] * AT_ONCE
        benchmark.pedantic(lambda: list(pool.map(invoke, shares)), rounds=3)  # type: ignore[no-untyped-call]
    harness_s, moto_s = (
        (_cpu_s(process) - start) / 3 for process, start in zip([head, moto], before, strict=True)
    )
    benchmark.extra_info |= {
        "harness_cpu_s": round(harness_s, 3),
        "moto_cpu_s": round(moto_s, 3),
        "harness_rss_mb": head.memory_info().rss // 2**20,
    }


def _function(environment: Disposable) -> Callable[[int], None]:
    """Deploy a function that returns its event, and return what invokes it so many times."""
    client = boto.client(environment.facts, "lambda")
    name, _ = deploy(client, "def handler(event, context): return event")

    def invoke(times: int) -> None:
        for _ in range(times):
            client.invoke(FunctionName=name, Payload=b"{}")

    return invoke


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
