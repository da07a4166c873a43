from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scenarios.demo.timeline import PENDING, PROCESSING, Passage, bars

WIDTH = 40
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def passage(stored: float, started: float | None, settled: float | None) -> Passage:
    """Return a document's way; the times are seconds after `BEGIN`."""

    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else BEGIN + timedelta(seconds=seconds)

    status = "pending" if settled is None else "completed"
    return Passage("1", "a.pdf", status, 1, 1, at(stored), at(started), at(settled))


def test_bars_share_a_scale():
    first, second = bars([passage(0, 10, 20), passage(10, 20, 39)], WIDTH)
    assert first == PENDING * 10 + PROCESSING * 11
    assert second == " " * 10 + PENDING * 10 + PROCESSING * 20
    assert len(second) == WIDTH


def test_an_event_that_overtook_its_row_did_not_wait():
    overtaken = passage(5, 3, 8)
    assert overtaken.pending_s == 0.0
    assert overtaken.processing_s == 5.0
    assert bars([overtaken], WIDTH) == [PROCESSING * WIDTH]


def test_a_document_that_never_started_has_no_times():
    waiting = passage(0, None, None)
    assert (waiting.pending_s, waiting.processing_s) == (None, None)
    assert bars([waiting], WIDTH) == [PROCESSING]


def test_no_documents_have_no_bars():
    assert bars([], WIDTH) == []
