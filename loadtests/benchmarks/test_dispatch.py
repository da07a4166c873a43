"""From the answered PutObject to the start of a warm handler, by the journal's clock."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from harness.disposable import Disposable
from harness.gate import dispatch
from harness.gate.quantile import quantile
from loadtests.benchmarks.client import Client
from loadtests.documents import Document

DOCUMENT = Document("note.md", "# 公告\n\n下週一開始適用新的出勤辦法。\n".encode(), "text/markdown")
UPLOADS = 40


def test_dispatch(benchmark: BenchmarkFixture, client: Client, environment: Disposable) -> None:
    """A round is an upload up to its completion; `extra_info` is about the dispatch alone."""
    journal = environment.state_dir / "journal.jsonl"
    before = len(dispatch.read(journal))  # other benchmarks' events waited for each other
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: client.processing_s(client.upload(DOCUMENT)), rounds=UPLOADS
    )
    seconds = dispatch.warm_starts(dispatch.read(journal)[before:])
    benchmark.extra_info |= {
        "events": len(seconds),
        "p50_s": quantile(seconds, 0.5),
        "p95_s": quantile(seconds, 0.95),
        "goal": "p50 <= 0.010 s, p95 <= 0.030 s",
    }
