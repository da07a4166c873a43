from __future__ import annotations

import csv

import pytest

from harness.errors import HarnessError
from harness.gate.samples import ANSWERED, COLUMNS, DROPPED, Recorder, Sample, read

SLOW = Sample(1.0, 1.25, 3.5, 200, 900, ANSWERED)
LOST = Sample(2.0, 2.0, 2.0, 0, 900, DROPPED)


def record(path, *samples):
    recorder = Recorder(path)
    for sample in samples:
        recorder.write(sample)
    recorder.close()


def test_latency_counts_from_the_intended_start():
    assert (SLOW.latency, SLOW.service_time, SLOW.lag) == (2.5, 2.25, 0.25)


def test_reads_back_what_was_recorded(tmp_path):
    record(tmp_path / "samples.csv", SLOW, LOST)
    assert read(tmp_path / "samples.csv") == (SLOW, LOST)


def test_every_column_is_written(tmp_path):
    record(tmp_path / "samples.csv", SLOW)
    lines = (tmp_path / "samples.csv").read_text(encoding="utf-8").splitlines()
    (row,) = csv.DictReader(lines)
    assert tuple(row) == COLUMNS
    assert (float(row["latency"]), float(row["service_time"])) == (2.5, 2.25)


def test_a_sample_is_on_disk_before_the_load_ends(tmp_path):
    recorder = Recorder(tmp_path / "samples.csv")
    recorder.write(SLOW)
    assert read(tmp_path / "samples.csv") == (SLOW,)
    recorder.close()


def test_no_file_means_no_samples(tmp_path):
    assert read(tmp_path / "samples.csv") == ()


@pytest.mark.parametrize(
    "line",
    [
        "1,2",
        "1,2,3,two hundred,1,1,9,answered",
        "1,2,3,200,2,1,9,fine",
        "1,2,inf,200,2,1,9,answered",
        "1,2,3,200,2,1,large,answered",
    ],
)
def test_names_the_line_that_is_not_a_sample(tmp_path, line):
    path = tmp_path / "samples.csv"
    record(path, SLOW)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(HarnessError, match=r"samples.csv:3 is not a sample"):
        read(path)
