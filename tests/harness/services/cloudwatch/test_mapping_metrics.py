from __future__ import annotations

import pytest

from harness.journal import Event
from harness.services.cloudwatch.mapping_metrics import MappingMetrics, counted
from harness.services.cloudwatch.store import Metric, MetricStore

BATCH = {"uuid": "u", "message_ids": ["1", "2"], "counted": True}


@pytest.mark.parametrize(
    ("kind", "detail", "name"),
    [
        ("mapping.received", {}, "PolledEventCount"),
        ("mapping.invoked", {"request_id": "r"}, "InvokedEventCount"),
        ("mapping.deleted", {"request_id": "r"}, "DeletedEventCount"),
        ("mapping.deleted", {"reason": "filtered out"}, "FilteredOutEventCount"),
        ("mapping.failed", {"visible_at": 1.0}, "FailedInvokeEventCount"),
        ("mapping.failed", {"reason": "the queue is gone"}, ""),
        ("mapping.retried", {}, ""),
        ("invocation.finished", {}, ""),
    ],
)
def test_in_which_metric_messages_count(kind, detail, name):
    assert counted(Event(1.0, kind, {**BATCH, **detail})) == name


@pytest.mark.parametrize(("asked", "expected"), [({}, 2), ({"counted": False}, None)])
def test_every_message_counts_where_it_was_asked_for(asked, expected):
    store = MetricStore(lambda: 0.0)
    MappingMetrics(store).observe(Event(1.0, "mapping.received", {**BATCH, **asked}))
    dimensions = (("EventSourceMappingUUID", "u"),)
    found = store.read(Metric("AWS/Lambda", "PolledEventCount", dimensions), 0, 60, 60)
    assert (found[0].sum if found else None) == expected
