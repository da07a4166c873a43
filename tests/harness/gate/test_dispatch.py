from __future__ import annotations

import json

import pytest

from harness.gate.dispatch import read, warm_starts


def upload(number, *, put, started, cold=False):
    """Return what a journal holds of an upload whose event started a function."""
    return [
        {"kind": "call.finished", "time": put, "id": f"c{number}", "operation": "PutObject"},
        {"kind": "s3.delivered", "time": put, "call": f"c{number}", "request_id": f"r{number}"},
        {
            "kind": "invocation.started",
            "time": started,
            "request_id": f"r{number}",
            "cold": cold,
        },
    ]


def test_counts_from_the_stored_object_to_the_start():
    events = upload(1, put=10.0, started=10.004) + upload(2, put=11.0, started=11.02)
    assert warm_starts(events) == pytest.approx([0.004, 0.02])


def test_order_of_the_events_does_not_matter():
    assert warm_starts(upload(1, put=10.0, started=10.004)[::-1]) == pytest.approx([0.004])


def test_leaves_out_cold_starts_and_other_invocations():
    other = {"kind": "invocation.started", "time": 1.0, "request_id": "x", "cold": False}
    listing = {"kind": "call.finished", "time": 1.0, "id": "l", "operation": "ListObjectsV2"}
    assert warm_starts([*upload(1, put=10.0, started=10.4, cold=True), other, listing]) == []


def test_reads_a_journal_that_is_being_written(tmp_path):
    journal = tmp_path / "journal.jsonl"
    events = upload(1, put=10.0, started=10.004)
    lines = "".join(json.dumps(event) + "\n" for event in events)
    journal.write_text(lines + '{"kind": "call.fin', encoding="utf-8")
    assert read(journal) == events
