"""What the demo measures, beside what is wanted of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from harness.gate import dispatch
from harness.gate.quantile import quantile
from scenarios.client import BUCKET, Pipeline
from scenarios.demo.timeline import Passage
from scenarios.documents import Document

PUTS = 100
UPLOADS = 24
ABOUT_SIXTY = range(55, 80)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its limit, in one unit; the value is None when none was measured."""

    name: str
    value: float | None
    limit: float
    unit: str

    @property
    def met(self) -> bool:
        return self.value is not None and self.value <= self.limit


def of_uploads(seconds: Sequence[float]) -> list[Figure]:
    name = f"upload answered, p{{}} of {len(seconds)}"
    return [
        Figure(name.format(50), quantile(seconds, 0.5), 5.0, "s"),
        Figure(name.format(95), quantile(seconds, 0.95), 5.0, "s"),
    ]


def of_warm_uploads(pipeline: Pipeline, document: Document, clients: int) -> list[Figure]:
    """Measure uploads of one document by so many clients at once, the first of each left out."""
    with ThreadPoolExecutor(clients) as pool:
        measured = partial(_upload_time, pipeline)
        seconds = list(pool.map(measured, [document] * (clients + UPLOADS)))[clients:]
    name = f"warm upload, {clients} at once, p{{}} of {UPLOADS}"
    return [
        Figure(name.format(50), quantile(seconds, 0.5), 5.0, "s"),
        Figure(name.format(95), quantile(seconds, 0.95), 5.0, "s"),
    ]


def _upload_time(pipeline: Pipeline, document: Document) -> float:
    began = time.perf_counter()
    pipeline.upload_one(document)
    return time.perf_counter() - began


def of_processing(passages: Sequence[Passage]) -> list[Figure]:
    """Return the times of the documents that are about as long as the one the goal is about."""
    return [
        Figure(f"{passage.pages} pages processed, {passage.file_name}", seconds, 3.0, "s")
        for passage in passages
        if passage.pages in ABOUT_SIXTY and (seconds := passage.processing_s) is not None
    ]


def of_dispatch(pipeline: Pipeline, document: Document, journal: Path) -> list[Figure]:
    """Measure how long after its PutObject a warm handler starts, one document after the other.

    Documents that come together wait for each other's sandboxes as well, which is another time.
    """
    before = len(dispatch.read(journal))
    for _ in range(UPLOADS):
        pipeline.wait_until_settled(pipeline.upload_one(document))
    starts = dispatch.warm_starts(dispatch.read(journal)[before:])
    milliseconds = [start * 1000 for start in starts]
    name = f"PutObject answered to warm handler start, p{{}} of {len(milliseconds)}"
    return [
        Figure(name.format(50), quantile(milliseconds, 0.5), 10.0, "ms"),
        Figure(name.format(95), quantile(milliseconds, 0.95), 30.0, "ms"),
    ]


def of_put_object(s3: Any) -> Figure:
    """Measure PutObject of 1 KiB under keys that start no function."""
    milliseconds = list(_put_times(s3))
    name = f"PutObject of 1 KiB, p50 of {len(milliseconds)}"
    return Figure(name, quantile(milliseconds, 0.5), 4.0, "ms")


def _put_times(s3: Any) -> Iterator[float]:
    body = bytes(1024)
    for number in range(PUTS):
        began = time.perf_counter()
        s3.put_object(Bucket=BUCKET, Key=f"measured/{number}", Body=body)
        yield (time.perf_counter() - began) * 1000
