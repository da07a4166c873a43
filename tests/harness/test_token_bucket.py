from __future__ import annotations

from harness.token_bucket import TokenBucket


def test_a_bucket_is_filled_continuously_and_never_over():
    bucket = TokenBucket(2, rate=0.5, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1.0), bucket.take(2.0), bucket.take(3.0)] == [False, True, False]
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_a_bucket_of_no_size_gives_nothing():
    assert not TokenBucket(0, rate=1000, now=0.0).take(1000.0)
