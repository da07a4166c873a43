from __future__ import annotations

from harness.token_bucket import TokenBucket


def test_a_bucket_is_filled_continuously_and_never_over():
    bucket = TokenBucket(2, rate=0.5, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1.0), bucket.take(2.0), bucket.take(3.0)] == [False, True, False]
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_several_permits_are_taken_at_once_or_none_and_may_be_put_back():
    bucket = TokenBucket(10, rate=1, now=0.0)
    assert [bucket.take(0.0, permits) for permits in (6, 5, 4)] == [True, False, True]
    bucket.give(3)
    assert [bucket.take(0.0, permits) for permits in (4, 3)] == [False, True]
    bucket.give(1000)
    assert [bucket.take(0.0, permits) for permits in (10, 1)] == [True, False]


def test_a_bucket_of_no_size_gives_nothing():
    assert not TokenBucket(0, rate=1000, now=0.0).take(1000.0)
