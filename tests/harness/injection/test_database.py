from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.clock import ManualClock
from harness.database.contact import Exchange, Opening
from harness.injection.database import DatabaseFaults
from harness.injection.faults import Faults
from harness.injection.injection import asked
from harness.journal import Journal


@pytest.fixture
def faults(tmp_path) -> Iterator[Faults]:
    journal = Journal(tmp_path / "journal", ManualClock())
    yield Faults(journal)
    journal.close()


def test_without_faults_everything_passes(faults):
    passage = DatabaseFaults(faults)
    assert passage.opening(Opening(3)) == Opening(3)
    assert passage.exchange(Exchange()) == Exchange()


@pytest.mark.parametrize(("others", "refused"), [(0, False), (1, False), (2, True), (3, True)])
def test_connections_are_refused_from_the_limit_on(faults, others, refused):
    faults.add(asked({"fault": "database-connection-limit", "connections": 2}))
    refusal = DatabaseFaults(faults).opening(Opening(others)).refusal
    assert (refusal.sqlstate if refusal else None) == ("53300" if refused else None)


def test_delays_add_up(faults):
    for ms in (100, 200):
        faults.add(asked({"fault": "database-latency", "ms": ms}))
    assert DatabaseFaults(faults).exchange(Exchange()).delay_s == pytest.approx(0.3)


def test_openings_and_exchanges_are_counted_together_only_where_both_are_met(faults):
    names = ("database-connection-limit", "database-cut", "database-down")
    armed = [faults.add(asked({"fault": name})) for name in names]
    passage = DatabaseFaults(faults)
    passage.opening(Opening(0))
    for _ in range(2):
        passage.exchange(Exchange())
    assert [one.covered for one in armed] == [1, 2, 3]
