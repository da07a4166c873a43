from __future__ import annotations

import math
from dataclasses import replace

import pytest

from harness.errors import HarnessError
from harness.gate.documents import DROPPED, SUCCEEDED, UNFINISHED, of_journal, read, write
from tests.harness.gate.handmade import document_at

LAMBDA = "arn:aws:lambda:ap-northeast-1:123456789012:function:processor"


def stored(number, time, target=LAMBDA):
    """Return what a journal holds of an object that was stored and whose event was delivered."""
    put = {"kind": "call.finished", "service": "s3", "operation": "PutObject", "status": 200}
    event = {"kind": "s3.delivered", "time": time, "call": f"c{number}", "target": target}
    return [
        {**put, "time": time, "id": f"c{number}", "received": 500},
        {**event, "request_id": f"r{number}"},
    ]


def ran(number, start, end, *, failed=False, cold=False, init_ms=None):
    request = {"request_id": f"r{number}"}
    return [
        {"kind": "invocation.started", "time": start, "cold": cold, **request},
        {
            "kind": "invocation.finished",
            "time": end,
            "failed": failed,
            "duration_ms": (end - start) * 1000,
            "init_ms": init_ms,
            **request,
        },
    ]


def ended(number, time, kind="async.succeeded"):
    return {"kind": kind, "time": time, "request_id": f"r{number}"}


def test_a_document_goes_from_stored_to_succeeded():
    events = [*stored(1, 10.0), *ran(1, 10.2, 10.5, cold=True, init_ms=150.0), ended(1, 10.6)]
    (document,) = of_journal(events)
    assert (document.size, document.cold, document.runs, document.errors) == (500, True, 1, 0)
    assert document.outcome == SUCCEEDED
    assert document.processing == pytest.approx(0.6)
    assert (document.started, document.init_s) == (pytest.approx(0.2), 0.15)
    assert document.longest_run_s == pytest.approx(0.3)


def test_times_count_from_the_first_stored_and_order_does_not_matter():
    events = [*stored(1, 10.0), *stored(2, 12.0), ended(2, 12.5), ended(1, 13.0)]
    assert of_journal(events) == of_journal(events[::-1])
    assert [document.stored for document in of_journal(events)] == [0.0, 2.0]


def test_a_retried_run_is_one_document_with_an_error():
    events = [*stored(1, 0.0), *ran(1, 1.0, 3.0, failed=True), *ran(1, 60.0, 61.0), ended(1, 61.0)]
    (document,) = of_journal(events)
    assert (document.runs, document.errors, document.outcome) == (2, 1, SUCCEEDED)
    assert document.longest_run_s == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([*stored(1, 0.0)], UNFINISHED),
        ([*stored(1, 0.0), *ran(1, 1.0, 2.0)], UNFINISHED),
        ([*stored(1, 0.0), *ran(1, 1.0, 2.0), ended(1, 3.0, "async.dropped")], DROPPED),
    ],
)
def test_without_success_processing_never_ends(events, outcome):
    (document,) = of_journal(events)
    assert document.outcome == outcome
    assert document.processing == math.inf


def test_objects_for_no_function_and_refused_ones_are_no_documents():
    queue = stored(1, 0.0, target="arn:aws:sqs:ap-northeast-1:123456789012:queue")
    refused, delivered = stored(2, 0.0)
    other = {"kind": "call.finished", "service": "sqs", "status": 200, "time": 0.0, "id": "x"}
    assert of_journal([*queue, {**refused, "status": 403}, delivered, other]) == ()


def test_reads_back_what_was_written(tmp_path):
    lost = replace(document_at(2), started=None, ended=None, outcome=UNFINISHED)
    documents = (document_at(1, cold=True), lost)
    write(tmp_path / "documents.csv", documents)
    assert read(tmp_path / "documents.csv") == documents


def test_what_is_read_is_written_alike(tmp_path):
    """Evidence that is judged again must be what it was the first time, to the last digit."""
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    write(first, [document_at(1, seconds=1 / 3)])
    write(second, read(first))
    assert first.read_bytes() == second.read_bytes()


def test_no_file_means_no_documents(tmp_path):
    assert read(tmp_path / "documents.csv") == ()


@pytest.mark.parametrize(
    ("old", "new"), [("succeeded", "fine"), ("2000", "big"), ("0.500000", "inf")]
)
def test_names_the_line_that_is_not_a_document(tmp_path, old, new):
    path = tmp_path / "documents.csv"
    write(path, [document_at(1)])
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(HarnessError, match=r"documents.csv:2 is not a document"):
        read(path)
