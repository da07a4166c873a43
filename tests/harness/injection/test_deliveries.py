from __future__ import annotations

import pytest

from harness.clock import ManualClock
from harness.injection.deliveries import DeliveryFaults
from harness.injection.departure import Departure
from harness.injection.faults import Faults
from harness.injection.injection import asked
from harness.journal import Event, Journal
from tests.harness.services.s3_events.examples import BUS, FUNCTION, QUEUE, change, rule

PLANNED = [Departure()]


@pytest.mark.parametrize(
    ("scope", "arn", "expected"),
    [
        ({}, FUNCTION, True),
        ({"bucket": "b", "key": "uploads/*", "event": "ObjectCreated:*"}, FUNCTION, True),
        ({"event": "ObjectRemoved:*"}, FUNCTION, False),
        ({"target": "f"}, FUNCTION, True),
        ({"target": FUNCTION}, FUNCTION, True),
        ({"target": "f"}, f"{FUNCTION}:live", True),
        ({"target": "q"}, QUEUE, True),
        ({"target": "f"}, QUEUE, False),
        ({"target": "event-bus/default"}, BUS, True),
    ],
)
def test_events_are_known_by_object_type_and_target(tmp_path, scope, arn, expected):
    journal = Journal(tmp_path / "journal", ManualClock())
    seen: list[Event] = []
    journal.follow(seen.append)
    faults = Faults(journal)
    faults.add(asked({"fault": "event-lost", **scope}))
    faults.add(asked({"fault": "throttle"}))
    left = DeliveryFaults(faults)(change(), rule(arn), PLANNED)
    assert [*left] == ([] if expected else PLANNED)
    hits = [event.detail for event in seen if event.kind == "fault.hit"]
    assert [(hit["call"], hit["target"]) for hit in hits] == [("c", arn)] * expected
    journal.close()


def test_each_fault_changes_what_the_one_before_left(tmp_path):
    journal = Journal(tmp_path / "journal", ManualClock())
    faults = Faults(journal)
    faults.add(asked({"fault": "event-duplicated"}))
    faults.add(asked({"fault": "event-delayed", "ms": 2000}))
    left = DeliveryFaults(faults)(change(), rule(), PLANNED)
    assert [*left] == [Departure(2.0)] * 2
    journal.close()
