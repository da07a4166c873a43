"""Lambda's metrics, from the journal straight into the store (aws-behaviour §9.1).

An invocation counts once under its function's name, once under function and resource (the version
or alias it was invoked by) and once for the whole Region, all stamped with its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.journal import Event
from harness.services.cloudwatch.store import Dimensions, Metric, MetricStore

NAMESPACE = "AWS/Lambda"
Datum = tuple[str, float, str]

_COUNTED = {
    "invocation.throttled": "Throttles",
    "async.accepted": "AsyncEventsReceived",
    "async.dropped": "AsyncEventsDropped",
    "async.destination_failed": "DestinationDeliveryFailures",
}
_RECURSION = "RecursiveInvocation"


def data(event: Event) -> list[Datum]:
    """Return (metric, value, unit) of what an event stands for (pure)."""
    detail = event.detail
    if event.kind == "invocation.finished":
        return [
            ("Invocations", 1, "Count"),
            ("Errors", int(detail["failed"]), "Count"),
            ("Throttles", 0, "Count"),
            ("Duration", detail["duration_ms"], "Milliseconds"),
            ("ConcurrentExecutions", detail["concurrency"], "Count"),
        ]
    if event.kind == "async.attempt":
        return [("AsyncEventAge", detail["age_s"] * 1000, "Milliseconds")]
    found: list[Datum] = []
    if name := _COUNTED.get(event.kind):
        found.append(("DeadLetterErrors" if detail.get("dead_letter") else name, 1, "Count"))
    if event.kind == "async.dropped" and str(detail.get("condition", "")).startswith(_RECURSION):
        found.append(("RecursiveInvocationsDropped", 1, "Count"))
    return found


def scopes(detail: Mapping[str, Any]) -> list[Dimensions]:
    """Return the sets of dimensions an event of a function is published under (pure).

    `function` may be "name:qualifier"; `version` is the one that ran where that is known.
    """
    name, _, qualifier = str(detail["function"]).partition(":")
    qualifier = qualifier or str(detail.get("qualifier") or "")
    function = ("FunctionName", name)
    resource = ("Resource", f"{name}:{qualifier}" if qualifier else name)
    found: list[Dimensions] = [(), (function,), (function, resource)]
    if qualifier.isidentifier():  # an alias: neither a number nor $LATEST
        version = ("ExecutedVersion", str(detail.get("version") or "$LATEST"))
        found.append((version, function, resource))
    return found


class LambdaMetrics:
    """`observe` follows a journal."""

    def __init__(self, store: MetricStore) -> None:
        self._store = store
        self._running = 0

    def observe(self, event: Event) -> None:
        if event.kind == "invocation.started":
            self._running += 1
        found = data(event)
        if not found:
            return
        time = event.detail.get("started", event.time)
        for dimensions in scopes(event.detail):
            for name, value, unit in found:
                if name == "ConcurrentExecutions" and not dimensions:
                    value = self._running  # noqa: PLW2901 - of all functions together
                self._store.add(Metric(NAMESPACE, name, dimensions), value, unit, time)
        if event.kind == "invocation.finished":
            self._running -= 1
