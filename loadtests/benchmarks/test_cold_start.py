"""What a cold start of the file processor takes: the Init Duration of Lambda's REPORT line."""

from __future__ import annotations

import re

from pytest_benchmark.fixture import BenchmarkFixture

from loadtests.benchmarks.client import Client
from loadtests.documents import Document

PROCESSOR = "hr-chatbot-file-processor"
ROUNDS = 5

_INIT = re.compile(r"Init Duration: ([\d.]+) ms")


def test_init_duration(benchmark: BenchmarkFixture, client: Client) -> None:
    """A round is a document in a new sandbox, upload to completion; `extra_info` has the inits."""
    before = len(client.report_values(PROCESSOR, _INIT))

    def cold() -> None:
        client.retire_sandboxes(PROCESSOR)
        text = "員工請假應事先申請。".encode()
        client.processing_s(client.upload(Document("冷啟動.md", text, "text/markdown")))

    benchmark.pedantic(cold, rounds=ROUNDS)  # type: ignore[no-untyped-call]
    inits = client.report_values(PROCESSOR, _INIT, at_least=before + ROUNDS)[before:]
    benchmark.extra_info |= {"init_ms": inits, "goal": "<= 700 ms"}
