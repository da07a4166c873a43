"""The faults of S3 events: when an event leaves that was planned to."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.injection.catalogue import fault
from harness.injection.departure import Departure, Departures
from harness.injection.option import read

planned = st.lists(st.builds(Departure, st.floats(0, 100)), max_size=3)
milliseconds = st.floats(0, 10**6)


def departures(name: str, planned: Departures, **settings: Any) -> list[Departure]:
    kind: Any = fault(name)
    return [*read(kind, settings).departures(planned, Random(1))]  # noqa: S311 - repeatable


@given(planned=planned)
def test_a_lost_event_never_leaves(planned):
    assert departures("event-lost", planned) == []


@given(planned=planned, ms=milliseconds, jitter=milliseconds)
def test_a_delayed_one_leaves_as_often_and_later(planned, ms, jitter):
    delayed = departures("event-delayed", planned, ms=ms, jitter_ms=jitter)
    assert len(delayed) == len(planned)
    for before, after in zip(planned, delayed, strict=True):
        assert before.delay_s + ms / 1000 <= after.delay_s
        assert after.delay_s <= before.delay_s + (ms + jitter) / 1000 * (1 + 1e-9)


@given(planned=planned, copies=st.integers(1, 5), ms=milliseconds)
def test_a_duplicated_one_leaves_again_as_planned_first(planned, copies, ms):
    doubled = departures("event-duplicated", planned, copies=copies, ms=ms)
    assert len(doubled) == len(planned) * (1 + copies)
    assert doubled[:: 1 + copies] == planned
    if planned:
        assert doubled[1].delay_s == planned[0].delay_s + ms / 1000


@given(planned=planned)
def test_a_reordered_one_is_held(planned):
    held = departures("event-reordered", planned, ms=500)
    assert [one.held_s for one in held] == [0.5] * len(planned)
