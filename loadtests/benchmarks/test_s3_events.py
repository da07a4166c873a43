"""From PutObject to the handler's first line, one at a time and in bursts: the trivial function."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import settings
from harness.disposable import Disposable, disposable
from harness.gate.quantile import quantile
from loadtests.benchmarks.conftest import BARE
from loadtests.benchmarks.started import BODY, Started
from loadtests.benchmarks.throughput import per_second

CLIENTS = 16
BURST = 500
MANY, AT_ONCE = 20_000, 1_000


@pytest.fixture(scope="module")
def bare() -> Iterator[Disposable]:
    options = ("--template", str(BARE))
    with disposable(*options, inherited=settings.load().inherited) as running:
        yield running


@pytest.fixture(scope="module")
def started(bare: Disposable) -> Started:
    return Started(bare.facts)


def test_cold(benchmark: BenchmarkFixture, started: Started) -> None:
    """A round is an event that meets no sandbox: new variables end those there are."""
    keys = [f"cold-{number}" for number in range(10)]
    numbers = itertools.count()

    def changed() -> tuple[tuple[str], dict[str, str]]:
        number = next(numbers)
        started.aws_lambda.update_function_configuration(
            FunctionName="measured", Environment={"Variables": {"ROUND": str(number)}}
        )
        return (keys[number],), {}

    def put(key: str) -> None:
        started.put(key)
        started.starts([key])

    benchmark.pedantic(put, setup=changed, rounds=len(keys))  # type: ignore[no-untyped-call]
    starts = started.starts(keys)
    seconds = [starts[key][0] - started.sent[key] for key in keys]
    benchmark.extra_info |= {"sent_to_handler_p50_s": quantile(seconds, 0.5), "goal": "<= 0.120 s"}


def test_warm(benchmark: BenchmarkFixture, started: Started) -> None:
    """A round is a PutObject; `extra_info` tells the seconds until the handler began."""
    started.put("warm-up")
    started.starts(["warm-up"])
    keys = [f"warm-{number}" for number in range(300)]
    left = iter(keys)
    benchmark.pedantic(lambda: started.put(next(left)), rounds=len(keys))  # type: ignore[no-untyped-call]
    starts = started.starts(keys)
    for since, moments in (("sent", started.sent), ("answered", started.answered)):
        seconds = [max(0.0, starts[key][0] - moments[key]) for key in keys]
        benchmark.extra_info |= {
            f"{since}_to_handler_p50_s": quantile(seconds, 0.5),
            f"{since}_to_handler_p95_s": quantile(seconds, 0.95),
        }
    benchmark.extra_info["goal"] = "p50 <= 0.003 s, p95 <= 0.008 s"


def test_burst(benchmark: BenchmarkFixture, started: Started, bare: Disposable) -> None:
    """Bursts of 500 PutObjects at concurrency 16, each to its last handler's start."""
    bursts = iter([[f"burst-{burst}-{number}" for number in range(BURST)] for burst in range(3)])
    rates: list[float] = []
    doubled: list[int] = []

    def burst() -> None:
        keys = next(bursts)
        started.put_all(keys, CLIENTS)
        starts = started.starts(keys)
        last = max(moments[0] for moments in starts.values())
        rates.append(BURST / (last - min(started.sent[key] for key in keys)))
        doubled.append(sum(len(moments) - 1 for moments in starts.values()))

    benchmark.pedantic(burst, rounds=3)  # type: ignore[no-untyped-call]
    benchmark.extra_info |= {
        "events_per_s": rates,
        "doubled": doubled,
        "lost": 0,  # `starts` raises when one is missing
        "memory_mb": bare.status()["memory_mb"],
        "goal": ">= 150 events/s, none lost, none doubled, <= 600 MB",
    }


@pytest.fixture
def moto(started: Started) -> Iterator[Any]:
    """Return an S3 client of a moto that is served as ours is, with the bucket in it."""
    command = [sys.executable, "-m", "harness.moto_server", "s3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        s3 = started.client("s3", f"http://127.0.0.1:{int(process.stdout.readline())}")
        location = {"LocationConstraint": s3.meta.region_name}
        s3.create_bucket(Bucket=started.plain, CreateBucketConfiguration=location)
        yield s3
        process.terminate()


def test_put_throughput(benchmark: BenchmarkFixture, started: Started, moto: Any) -> None:
    """PutObject at concurrency 16 through the endpoint and to a moto directly, in turns."""
    ratios: list[float] = []

    def both() -> None:
        through = per_second(started.s3, started.plain, BODY, CLIENTS)
        ratios.append(through / per_second(moto, started.plain, BODY, CLIENTS))

    benchmark.pedantic(both, rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call]
    benchmark.extra_info |= {
        "ratio": ratios,
        "median": quantile(ratios, 0.5),
        "goal": ">= 0.8 x moto",
    }


def test_memory_over_many_events(
    benchmark: BenchmarkFixture, started: Started, bare: Disposable
) -> None:
    """The endpoint's resident memory after each thousand of 20,000 events."""
    endpoint = psutil.Process(bare.facts.pid)
    resident: list[float] = []
    batches = itertools.count()

    def thousand() -> None:
        batch = next(batches)
        keys = [f"many-{batch}-{number}" for number in range(AT_ONCE)]
        started.put_all(keys, CLIENTS)
        resident.append(round(endpoint.memory_info().rss / 1e6, 1))

    benchmark.pedantic(thousand, rounds=MANY // AT_ONCE)  # type: ignore[no-untyped-call]
    benchmark.extra_info |= {"endpoint_mb": resident, "goal": "flat"}
