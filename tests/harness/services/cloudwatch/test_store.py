from __future__ import annotations

from harness.services.cloudwatch.distribution import Distribution
from harness.services.cloudwatch.store import Metric, MetricStore

M = Metric("N", "m", (("a", "b"),))


def test_points_are_read_by_period_from_the_start():
    store = MetricStore(lambda: 0.0)
    for time in (0, 59.9, 60, 150, 299, 300):
        store.add(M, 1, "Count", time)
    found = store.read(M, 0, 300, 120)
    assert {time: point.count for time, point in found.items()} == {0: 3, 120: 1, 240: 1}
    assert store.read(M, 60, 120, 60)[60].count == 1
    assert store.read(Metric("N", "other"), 0, 300, 60) == {}


def test_units_are_kept_apart_and_read_together():
    store = MetricStore(lambda: 0.0)
    store.add(M, 1, "Count", 0)
    store.add(M, 2, "Bytes", 0)
    assert store.read(M, 0, 60, 60, "Bytes")[0].sum == 2
    assert store.read(M, 0, 60, 60)[0].sum == 3
    assert store.units(M) == ["Count", "Bytes"]


def test_high_resolution_keeps_seconds():
    store, one = MetricStore(lambda: 0.0), Distribution()
    one.add(1)
    for time in (10.2, 10.9, 12):
        store.add_distribution(M, one, "Count", time, 1)
    assert {t: p.count for t, p in store.read(M, 0, 60, 1).items()} == {10: 2, 12: 1}


def test_a_level_replaces_what_was_measured_before():
    store = MetricStore(lambda: 0.0)
    store.set(M, 5, "Count", 1)
    store.set(M, 7, "Count", 2)
    assert store.read(M, 0, 60, 60)[0].sum == 7


def test_who_follows_is_told_of_every_point():
    store, seen = MetricStore(lambda: 0.0), []
    store.follow(lambda metric, time: seen.append((metric, time)))
    store.add(M, 1, "Count", 5)
    assert seen == [(M, 5)]


def test_the_oldest_points_make_room_and_their_metrics_go():
    store = MetricStore(lambda: 9.0, limit=10)
    for number in range(100):
        store.add(Metric("N", f"m{number}"), 1, "Count", number)
    kept = [metric.name for metric, _ in store.metrics()]
    assert kept == [f"m{number}" for number in range(95, 100)]
    assert {written for _, written in store.metrics()} == {9.0}


def test_memory_is_flat_over_many_invocations():
    store = MetricStore(lambda: 0.0)
    for number in range(20_000):
        store.add(M, 10 + number / 997, "Milliseconds", number / 100)
    assert store._held < 3000
