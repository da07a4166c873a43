from __future__ import annotations

import io
from itertools import islice

import pytest
from rich.console import Console

from harness.documents.api import Document
from harness.documents.bars import Bars
from harness.documents.delivery import Delivery, delays, shortcoming
from harness.documents.lines import state


def test_questions_become_rarer_up_to_a_limit():
    waits = list(islice(delays(), 12))
    assert waits[0] == 0.05
    assert waits == sorted(waits)
    assert waits[-1] == 0.5


@pytest.mark.parametrize(
    ("status", "waited", "said"),
    [
        ("completed", 300.0, ""),
        ("failed", 300.0, "no_text: nothing to read"),
        ("failed", 0.0, "no_text: nothing to read"),
        ("processing", 300.0, "still processing after 300 s"),
        ("pending", 0.0, ""),
    ],
)
def test_what_falls_short_of_completed(status, waited, said):
    document = Document("1", "f", status, "embed", "no_text", "nothing to read")
    assert shortcoming(document, waited) == said


@pytest.mark.parametrize(
    ("status", "stage", "shown"),
    [
        ("pending", "", "pending"),
        ("processing", "embed", "processing (embed)"),
        ("completed", "save", "completed"),
    ],
)
def test_the_stage_is_shown_while_it_means_something(status, stage, shown):
    assert state(Document("1", "f", status, stage)) == shown


def test_a_bar_is_filled_by_what_is_read_and_shows_how_it_ended(tmp_path):
    path = tmp_path / "[red]f.pdf"
    path.write_bytes(b"x" * 1000)
    screen = io.StringIO()
    bars = Bars(Console(file=screen, force_terminal=True, width=100))
    with bars:
        with bars.open(path) as content:
            content.read(500)
            (task,) = bars._progress.tasks
            assert (task.completed, task.total) == (500, 1000)
        bars.changed(path, Document("1", "[red]f.pdf", "processing", "embed"))
        assert task.fields["state"] == "processing (embed)"
        bars.ended(Delivery(path, Document("1", "[red]f.pdf", "completed"), 1.0))
    assert task.finished
    assert "[red]f.pdf" in screen.getvalue()
    assert "completed" in screen.getvalue()
