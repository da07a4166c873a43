from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.services.lambda_.lane import Lane


def filled(limit: int, items: int) -> Lane[int]:
    lane: Lane[int] = Lane(limit)
    for item in range(items):
        lane.add(item)
    return lane


def taken(lane: Lane[int]) -> list[int]:
    found = []
    while (item := lane.take()) is not None:
        found.append(item)
    return found


def test_as_many_as_the_limit_are_under_way_first_come_first_served():
    lane = filled(2, 5)
    assert taken(lane) == [0, 1]
    lane.done(throttled=False)
    assert taken(lane) == [2]


def test_throttles_narrow_it_to_what_runs_and_successes_widen_it_again():
    lane = filled(4, 100)
    taken(lane)
    lane.done(throttled=True)
    lane.done(throttled=True)
    assert (lane.running, lane.throttled, taken(lane)) == (2, True, [])
    for running in [2] * 7 + [3] * 8 + [4]:
        lane.done(throttled=False)
        taken(lane)
        assert lane.running == running
    assert not lane.throttled


def test_one_is_always_tried():
    lane = filled(4, 2)
    lane.take()
    lane.done(throttled=True)
    assert len(taken(lane)) == 1


@given(st.integers(1, 5), st.lists(st.booleans(), max_size=60))
def test_everything_is_taken_once_whatever_is_throttled(limit, throttles):
    lane = filled(limit, len(throttles))
    seen = taken(lane)
    for throttled in throttles:
        assert 1 <= lane.running <= limit
        lane.done(throttled=throttled)
        seen += taken(lane)
    assert seen == list(range(len(throttles)))
    assert lane.empty
