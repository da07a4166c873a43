from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from harness.why.history import related
from tests.harness.why.lines import (
    BUCKET,
    KEY,
    REQUEST,
    accepted,
    attempted,
    evaluated,
    of,
    rule,
    s3,
)


@pytest.fixture
def journal(tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    path.touch()

    def write(*lines: dict) -> Path:
        path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        return path

    return write


def test_an_empty_journal_has_no_history(journal):
    assert related(journal(), BUCKET, KEY) == []


def test_lines_of_the_object_and_of_its_requests(journal):
    own = [*accepted(), *attempted(101)]
    others = [
        {**evaluated(rule(), call="other"), "key": "uploads/other.pdf"},
        {**evaluated(rule(), call="elsewhere"), "bucket": "elsewhere"},
        of("async.accepted", 100.3, request_id="somebody-else"),
        {"time": 1.0, "kind": "call.finished", "request_id": REQUEST, "key": KEY},
    ]
    assert related(journal(*own[:2], *others, *own[2:]), BUCKET, KEY) == own


def test_what_a_mapping_did_with_the_message(journal):
    invoked = {
        "time": 101.0,
        "kind": "mapping.invoked",
        "message_ids": ["x", "m-1"],
        "request_id": REQUEST,
    }
    other = {**invoked, "message_ids": ["x"], "request_id": "somebody-else"}
    own = [evaluated(rule()), s3("delivered", request_id="m-1"), invoked, *attempted(102)]
    strangers = [other, of("invocation.started", 101.5, request_id="somebody-else")]
    assert related(journal(*own, *strangers), BUCKET, KEY) == own


def test_they_come_in_the_order_of_time(journal):
    late, early = evaluated(at=200, call="b"), evaluated(at=100, call="a")
    assert related(journal(late, early), BUCKET, KEY) == [early, late]


def test_a_line_that_is_still_being_written_is_left_out(journal):
    path = journal(evaluated())
    with path.open("ab") as file:
        file.write(orjson.dumps(evaluated(call="call-2"))[:-5])
    assert len(related(path, BUCKET, KEY)) == 1
