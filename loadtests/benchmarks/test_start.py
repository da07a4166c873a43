"""How long `harness up` takes on a machine that has been set up, and what an idle one holds."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from harness import settings
from harness.disposable import disposable
from harness.first_call import first_call_s
from loadtests.benchmarks.conftest import TEMPLATE


def test_up(benchmark: BenchmarkFixture) -> None:
    """A round is a whole life, up and down; `extra_info` has the time until everything is ready."""
    inherited = settings.load().inherited
    ready: list[float] = []
    idle: list[float] = []

    def live() -> None:
        with disposable("--template", str(TEMPLATE), inherited=inherited) as environment:
            ready.append(environment.up_seconds)
            idle.append(environment.status()["memory_mb"])

    benchmark.extra_info |= {"ready_s": ready, "idle_memory_mb": idle}
    benchmark.extra_info["goal"] = "ready <= 3 s, idle <= 600 MB"
    benchmark.pedantic(live, rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]


def test_first_s3_call(benchmark: BenchmarkFixture) -> None:
    """A round is a whole life; `extra_info` has the time until ListBuckets was answered."""
    inherited = settings.load().inherited
    answered: list[float] = []
    benchmark.extra_info |= {"answered_s": answered, "goal": "<= 0.8 s"}
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: answered.append(first_call_s(TEMPLATE, inherited)), rounds=4
    )
