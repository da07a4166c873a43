"""S3 events that are lost, late, doubled or out of order, as their queue sees them."""

from __future__ import annotations

import pytest

from harness.disposable import Disposable
from harness.injection.client import Faults
from tests.contracts.account import Account
from tests.contracts.listener import Listener

HOURS_MS = 36_000_000.0  # ten, a minute by the clock of these environments
HALF_AN_HOUR_MS = 1_800_000.0  # three seconds


@pytest.fixture
def faults(environment: Disposable) -> Faults:
    return Faults(environment.facts)


@pytest.fixture
def listener(account: Account) -> Listener:
    return Listener(account)


def keys(listener: Listener, count: int) -> list[str]:
    return [listener.told()[1]["key"] for _ in range(count)]


def test_an_event_is_lost_and_the_object_stays(listener, faults):
    with faults.injected("event-lost", times=1, bucket=listener.bucket) as fault:
        listener.put("lost")
        listener.put("told")
        assert keys(listener, 1) == ["told"]
        assert (fault.covered, fault.hits) == (2, 1)
    assert listener.s3.head_object(Bucket=listener.bucket, Key="lost")


def test_an_event_comes_again_with_its_sequencer(listener, faults):
    with faults.injected("event-duplicated", times=1, copies=2, bucket=listener.bucket):
        listener.put("doubled")
        listener.put("told")
        told = [listener.told() for _ in range(4)]
    assert sorted(entry["key"] for _, entry in told) == ["doubled"] * 3 + ["told"]
    assert len({entry["sequencer"] for _, entry in told if entry["key"] == "doubled"}) == 1


def test_an_event_comes_after_the_next_one(listener, faults):
    with faults.injected("event-reordered", ms=HOURS_MS, times=1, target=listener.queue.arn):
        for key in ("first", "second", "third"):
            listener.put(key)
        told = [listener.told()[1] for _ in range(3)]
    assert told[0]["key"] == "second"
    assert told[0]["sequencer"] > next(e["sequencer"] for e in told if e["key"] == "first")


def test_a_late_event_is_overtaken_by_all(listener, faults):
    with faults.injected("event-delayed", ms=HALF_AN_HOUR_MS, bucket=listener.bucket, key="late"):
        for key in ("late", "1", "2", "3"):
            listener.put(key)
    *in_time, last = keys(listener, 4)
    assert (sorted(in_time), last) == (["1", "2", "3"], "late")
