"""Writing documents into PostgreSQL, and searching them, beside what one would use instead.

The programs that do the work are processes of their own over databases of their own, since these
suites do not import what they measure. Their figures are in `extra_info`.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness.disposable import Disposable
from loadtests.benchmarks.program import run


def test_ingest(benchmark: BenchmarkFixture, environment: Disposable) -> None:
    """Chunks a second; the ratios are of the same rows by COPY and row by row."""
    url = environment.facts.database_url
    figures = benchmark.pedantic(lambda: run("ingesting.py", url))  # type: ignore[no-untyped-call]
    ratios = {
        f"{rows}: ratio": round(figures[rows] / figures[f"{rows} row by row"], 1)
        for rows in ("chunks", "chunks with postings")
    }
    benchmark.extra_info |= figures | ratios


@pytest.mark.parametrize("chunks", [10_000, 100_000])
def test_search(benchmark: BenchmarkFixture, environment: Disposable, chunks: int) -> None:
    """A round fills a database; 100,000 chunks take some four minutes and 2 GB of disk."""
    url = environment.facts.database_url
    figures = benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: run("searching.py", url, str(chunks))
    )
    benchmark.extra_info |= figures | {"goal": "hybrid p95 <= 100 ms at 100,000 chunks"}
