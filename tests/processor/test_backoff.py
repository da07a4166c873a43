from __future__ import annotations

from itertools import islice

from processor.backoff import LONGEST_SECONDS, full_jitter


def test_bound_doubles_up_to_the_longest() -> None:
    waits = list(islice(full_jitter(lambda: 1.0), 8))
    assert waits == [0.5, 1, 2, 4, 8, 16, LONGEST_SECONDS, LONGEST_SECONDS]


def test_jitter_is_full() -> None:
    assert list(islice(full_jitter(lambda: 0.0), 3)) == [0, 0, 0]
