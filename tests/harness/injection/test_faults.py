from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.clock import ManualClock
from harness.errors import UsageError
from harness.injection.faults import Faults
from harness.injection.injection import asked
from harness.injection.scope import CallScope, ExchangeScope
from harness.journal import Event, Journal

S3 = {"service": ["s3"], "operation": ["PutObject"]}
SQS = {"service": ["sqs"], "operation": ["SendMessage"]}


@pytest.fixture
def seen() -> list[Event]:
    return []


@pytest.fixture
def faults(tmp_path, seen) -> Iterator[Faults]:
    journal = Journal(tmp_path / "journal", ManualClock())
    journal.follow(seen.append)
    yield Faults(journal)
    journal.close()


def test_what_is_covered_is_counted_and_what_is_hit_recorded(faults, seen):
    armed = faults.add(asked({"fault": "throttle", "service": "s3", "nth": 2, "times": 1}))
    hits = [len([*faults.hitting(CallScope, facts, call=f"c{number}")])
            for number, facts in enumerate([S3, SQS, S3, S3])]  # fmt: skip
    assert hits == [0, 0, 1, 0]
    assert (armed.covered, armed.hits) == (3, 1)
    (hit,) = [event.detail for event in seen if event.kind == "fault.hit"]
    assert hit == {"id": armed.id, "fault": "throttle", "number": 2, "call": "c2"}


def test_the_journal_says_all_that_is_needed_to_do_it_again(faults, seen):
    settings = {"fault": "latency", "ms": 5.0, "service": "s3", "probability": 0.5, "seed": 3}
    added = faults.add(asked(settings))
    [*faults.hitting(CallScope, S3)]
    faults.clear(added.id)
    first, last = seen[0], seen[-1]
    assert {**first.detail, "id": added.id} == {"id": added.id, **settings}
    assert first.kind == "fault.added"
    assert last.kind == "fault.cleared"
    assert last.detail == {"id": added.id, "covered": 1, "hits": added.hits}


def test_faults_hit_in_the_order_in_which_they_were_added(faults):
    for name in ("throttle", "latency", "throttle"):
        faults.add(asked({"fault": name}))
    found = [type(fault).__name__ for fault, _ in faults.hitting(CallScope, S3)]
    assert found == ["Throttle", "Latency", "Throttle"]


def test_cleared_faults_hit_nothing(faults):
    first, second = (faults.add(asked({"fault": "throttle"})) for _ in range(2))
    assert faults.clear(first.id) is first
    assert faults.clear(first.id) is None
    assert faults.armed() == [second]
    assert [*faults.hitting(str, S3)] == []


def test_what_an_environment_cannot_have_is_refused_with_the_reason(faults, seen):
    faults.cannot(ExchangeScope, "somebody else runs the database")
    with pytest.raises(UsageError, match="database-down cannot be added: somebody else runs"):
        faults.add(asked({"fault": "database-down"}))
    faults.add(asked({"fault": "throttle"}))
    assert [event.kind for event in seen] == ["fault.added"]
