from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from harness.clock import ManualClock
from harness.journal import Event, Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_every_event_is_a_line_at_once(path):
    clock = ManualClock(start=5.0)
    journal = Journal(path, clock)
    journal.record("call.finished", service="s3", status=200)
    clock.advance(1.0)
    journal.record("s3.delivered", key="員工.pdf")
    assert lines(path) == [
        {"time": 5.0, "kind": "call.finished", "service": "s3", "status": 200},
        {"time": 6.0, "kind": "s3.delivered", "key": "員工.pdf"},
    ]
    journal.close()


def test_followers_see_what_comes_after_them(path):
    journal = Journal(path, ManualClock(start=5.0))
    seen: list[Event] = []
    journal.record("before")
    journal.follow(seen.append)
    returned = journal.record("after", number=1)
    assert seen == [returned] == [Event(5.0, "after", {"number": 1})]
    journal.close()


def test_an_existing_journal_is_continued(path):
    for kind in ("first", "second"):
        journal = Journal(path, ManualClock())
        journal.record(kind)
        journal.close()
    assert [line["kind"] for line in lines(path)] == ["first", "second"]
