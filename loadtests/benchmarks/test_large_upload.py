"""A PDF of 200 MB past the gateway: presigned, in parts, to completed."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter
from pytest_benchmark.fixture import BenchmarkFixture

from loadtests.benchmarks.client import Client
from loadtests.benchmarks.test_processing import chinese_pdf
from loadtests.documents import Document

SIZE = 200_000_000


def large_pdf() -> Document:
    """Return four pages of text with an attachment that makes the file large."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(chinese_pdf(4).content)))
    writer.add_attachment("padding.bin", bytes(SIZE))
    file = io.BytesIO()
    writer.write(file)
    return Document("large.pdf", file.getvalue(), "application/pdf")


def test_two_hundred_megabytes(benchmark: BenchmarkFixture, client: Client) -> None:
    """A round is the first request to completion; `extra_info` is the processor's own time."""
    document = large_pdf()
    seconds: list[float] = []
    benchmark.extra_info |= {"processing_s": seconds, "bytes": len(document.content)}
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: seconds.append(client.processing_s(client.upload_in_parts(document))), rounds=3
    )
