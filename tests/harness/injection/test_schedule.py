from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.injection.schedule import Schedule

MANY = 2000


def hit(schedule: Schedule, count: int) -> list[int]:
    """Return the numbers that are hit when so many come."""
    numbers: list[int] = []
    for number in range(1, count + 1):
        if schedule.hits(number, len(numbers)):
            numbers.append(number)
    return numbers


def test_all_are_hit_unless_something_is_said():
    assert hit(Schedule(), 4) == [1, 2, 3, 4]


@given(nth=st.integers(1, 30), times=st.integers(1, 30), count=st.integers(0, 60))
def test_as_many_as_wanted_are_hit_from_the_nth_on(nth, times, count):
    expected = list(range(nth, min(count, nth + times - 1) + 1))
    assert hit(Schedule(nth, times), count) == expected


@given(seed=st.integers(0, 1000), share=st.floats(0, 1), count=st.integers(1, 50))
def test_a_draw_depends_on_seed_and_number_alone(seed, share, count):
    schedule = Schedule(probability=share, seed=seed)
    every = hit(schedule, count)
    assert hit(schedule, count) == every
    later = Schedule(nth=count, probability=share, seed=seed)
    assert hit(later, count) == [number for number in every if number == count]


@given(seed=st.integers(0, 1000))
def test_a_share_is_a_share(seed):
    numbers = hit(Schedule(probability=0.25, seed=seed), MANY)
    # Six standard deviations of the binomial distribution: wrong once in 10⁹ seeds.
    assert abs(len(numbers) - MANY * 0.25) < 6 * (MANY * 0.25 * 0.75) ** 0.5
    assert hit(Schedule(probability=0.0, seed=seed), 50) == []
    assert hit(Schedule(probability=1.0, seed=seed), 3) == [1, 2, 3]


def test_what_a_fault_draws_is_repeatable_and_not_what_decided():
    schedule = Schedule(probability=0.5, seed=1)
    first = schedule.random(5).random()
    assert schedule.random(5).random() == first
    assert schedule.random(6).random() != first
    assert schedule._drawn(5).random() != first
