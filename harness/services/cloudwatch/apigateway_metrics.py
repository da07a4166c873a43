"""The metrics of HTTP APIs, from the journal: Count, 4xx, 5xx, Latency, IntegrationLatency."""

from __future__ import annotations

from harness.journal import Event
from harness.services.cloudwatch.store import Metric, MetricStore

NAMESPACE = "AWS/ApiGateway"


class ApiGatewayMetrics:
    """`observe` follows a journal; a request counts for its API and for its API and stage."""

    def __init__(self, store: MetricStore) -> None:
        self._store = store

    def observe(self, event: Event) -> None:
        if event.kind != "apigateway.request":
            return
        detail, status = event.detail, event.detail["status"]
        data = [
            ("Count", 1.0, "Count"),
            ("4xx", float(400 <= status < 500), "Count"),
            ("5xx", float(status >= 500), "Count"),
            ("Latency", detail["latency_ms"], "Milliseconds"),
        ]
        if detail["integration_ms"] is not None:
            data.append(("IntegrationLatency", detail["integration_ms"], "Milliseconds"))
        api = ("ApiId", detail["api"])
        for dimensions in ((api,), (api, ("Stage", detail.get("stage") or "$default"))):
            for name, value, unit in data:
                metric = Metric(NAMESPACE, name, dimensions)
                self._store.add(metric, value, unit, event.time)
