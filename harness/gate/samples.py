"""Raw samples of a load test: one line of CSV per arrival, dropped ones included."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from harness.gate import table

ANSWERED = "answered"
FAILED = "failed"  # another status, another message, a broken connection or a time-out
DROPPED = "dropped"  # not sent: as many requests in flight as the load test allows
UNFINISHED = "unfinished"  # no answer when the load test ended
OUTCOMES = (ANSWERED, FAILED, DROPPED, UNFINISHED)
COLUMNS = (
    "intended_start", "start", "end", "status", "latency", "service_time", "size", "outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One arrival; times in seconds since the load test began, status 0 without an answer.

    size: of the document, in bytes.
    """

    intended_start: float
    start: float
    end: float
    status: int
    size: int
    outcome: str

    @property
    def latency(self) -> float:
        """Return the seconds from the moment the client wanted to send until the answer."""
        return self.end - self.intended_start

    @property
    def service_time(self) -> float:
        """Return the seconds from the moment the request was sent until the answer."""
        return self.end - self.start

    @property
    def lag(self) -> float:
        """Return the seconds by which the load generator itself was late."""
        return self.start - self.intended_start


class Recorder:
    """Writes each sample at once, so that a killed load test leaves what it measured."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", newline="", encoding="utf-8", buffering=1)
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS)

    def write(self, sample: Sample) -> None:
        times = (sample.intended_start, sample.start, sample.end)
        durations = (sample.latency, sample.service_time)
        self._rows.writerow(
            [f"{value:.6f}" for value in times]
            + [sample.status]
            + [f"{value:.6f}" for value in durations]
            + [sample.size, sample.outcome]
        )

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> tuple[Sample, ...]:
    """Return the samples of `path`; raises as `table.read` does."""
    return table.read(path, "a sample of a load test", _sample)


def _sample(row: table.Row) -> Sample:
    intended, start, end = (float(row[name]) for name in ("intended_start", "start", "end"))
    sample = Sample(intended, start, end, int(row["status"]), int(row["size"]), row["outcome"])
    if sample.outcome not in OUTCOMES or not math.isfinite(sample.latency + start):
        raise ValueError(row)
    return sample
