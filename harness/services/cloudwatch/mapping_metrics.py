"""The metrics of event source mappings that ask for them, from the journal (aws-behaviour §9.1)."""

from __future__ import annotations

from harness.journal import Event
from harness.services.cloudwatch.lambda_metrics import NAMESPACE
from harness.services.cloudwatch.store import Metric, MetricStore

_COUNTED = {
    "mapping.received": "PolledEventCount",
    "mapping.invoked": "InvokedEventCount",
    "mapping.deleted": "DeletedEventCount",
}


class MappingMetrics:
    """`observe` follows a journal; messages count for their mapping."""

    def __init__(self, store: MetricStore) -> None:
        self._store = store

    def observe(self, event: Event) -> None:
        name = counted(event)
        if not name or not event.detail.get("counted"):
            return
        metric = Metric(NAMESPACE, name, (("EventSourceMappingUUID", event.detail["uuid"]),))
        self._store.add(metric, len(event.detail["message_ids"]), "Count", event.time)


def counted(event: Event) -> str:
    """Return the metric that an event's messages count in, "" for none (pure).

    Messages become visible again when their invocation failed, and only then.
    """
    if event.kind == "mapping.failed" and "visible_at" in event.detail:
        return "FailedInvokeEventCount"
    if event.kind == "mapping.deleted" and "request_id" not in event.detail:
        return "FilteredOutEventCount"
    return _COUNTED.get(event.kind, "")
