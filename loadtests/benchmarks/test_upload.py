"""POST /upload/document, one client at a time and eight at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness.gate.quantile import quantile
from loadtests import documents
from loadtests.benchmarks.client import Client

UPLOADS = 80


@pytest.mark.parametrize("clients", [1, 8])
def test_upload(benchmark: BenchmarkFixture, client: Client, clients: int) -> None:
    """Rounds are batches of one upload per client; `extra_info` is about single uploads."""
    (document, *_) = documents.read(documents.SAMPLES)
    seconds: list[float] = []

    def upload(_: int) -> None:
        began = time.perf_counter()
        client.upload(document)
        seconds.append(time.perf_counter() - began)

    with ThreadPoolExecutor(clients) as pool:
        rounds = UPLOADS // clients
        benchmark.pedantic(  # type: ignore[no-untyped-call]
            lambda: list(pool.map(upload, range(clients))), rounds=rounds
        )
    benchmark.extra_info |= {
        "uploads": len(seconds),
        "p50_s": quantile(seconds, 0.5),
        "p95_s": quantile(seconds, 0.95),
        "goal": "p95 < 5 s",
    }
