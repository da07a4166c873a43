"""What every new log event goes through, whoever wrote it: embedded metrics, metric filters."""

from __future__ import annotations

from collections.abc import Sequence

from harness.clock import Clock
from harness.services.cloudwatch import emf
from harness.services.cloudwatch.store import MetricStore
from harness.services.logs.metric_filters import MetricFilters


class Ingestion:
    def __init__(self, store: MetricStore, filters: MetricFilters, clock: Clock) -> None:
        self._store = store
        self._filters = filters
        self._clock = clock

    def accept(self, group: str, events: Sequence[tuple[int, str]]) -> None:
        """Publish the metrics that are in the events; (time in ms, message) each."""
        filters = self._filters.of(group)
        for time, message in events:
            if emf.may_be_embedded(message):
                self._publish(message)
            for one in filters:
                one.observe(time / 1000, message, self._store)

    def _publish(self, message: str) -> None:
        for found in emf.embedded(message, self._clock.now()):
            self._store.add_distribution(
                found.metric, found.values, found.unit, found.time, found.resolution
            )
