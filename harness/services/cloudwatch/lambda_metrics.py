"""Lambda's metrics, from the journal straight into the store (aws-behaviour §9.1).

An invocation counts once under its function's name, once under function and resource (the version
or alias it was invoked by) and once for the whole Region, all stamped with its start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from harness.journal import Event
from harness.services.cloudwatch.store import Dimensions, Metric, MetricStore
from harness.services.lambda_.function import PROVISIONED

NAMESPACE = "AWS/Lambda"
Datum = tuple[str, float, str, float]

_COUNTED = {
    "invocation.throttled": "Throttles",
    "invocation.recursive": "RecursiveInvocationsDropped",
    "async.accepted": "AsyncEventsReceived",
    "async.dropped": "AsyncEventsDropped",
}
_UNDELIVERED = {
    "dead_letter_queue": "DeadLetterErrors",
    "destination": "DestinationDeliveryFailures",
}


def data(event: Event) -> list[Datum]:
    """Return (metric, value, unit, time) of what an event stands for (pure).

    The age of an asynchronous event is known once its function ran: `started` and `age_s`.
    """
    detail = event.detail
    if event.kind == "invocation.finished":
        return _invocation(detail)
    counted = _COUNTED.get(event.kind, "")
    if event.kind == "async.destination_failed":
        counted = _UNDELIVERED.get(detail["via"], "")
    found: list[Datum] = [(counted, 1, "Count", event.time)] if counted else []
    if event.kind.startswith("async.") and "started" in detail:
        found.append(("AsyncEventAge", detail["age_s"] * 1000, "Milliseconds", detail["started"]))
    return found


def _invocation(detail: Mapping[str, Any]) -> list[Datum]:
    values = {
        "Invocations": 1,
        "Errors": int(detail["failed"]),
        "Throttles": 0,
        "ConcurrentExecutions": detail["concurrency"],
    }
    counts = [(name, value, "Count", detail["started"]) for name, value in values.items()]
    return [*counts, ("Duration", detail["duration_ms"], "Milliseconds", detail["started"])]


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


def provisioned(detail: Mapping[str, Any], running: int) -> list[Datum]:
    """Return what an invocation of a version with provisioned concurrency counts as besides (pure).

    running: invocations at this moment in the version's sandboxes that were started ahead.
    """
    allocated, at = detail["provisioned"], detail["started"]
    if not allocated:
        return []
    if detail["initialization"] != PROVISIONED:
        return [("ProvisionedConcurrencySpilloverInvocations", 1, "Count", at)]
    return [
        ("ProvisionedConcurrencyInvocations", 1, "Count", at),
        ("ProvisionedConcurrentExecutions", running, "Count", at),
        ("ProvisionedConcurrencyUtilization", running / allocated, "None", at),
    ]


_REGION = ""
_UNRESERVED = "unreserved"


def _counters(detail: Mapping[str, Any]) -> list[str]:
    """Return what a running invocation is counted under: keys of `LambdaMetrics` (pure)."""
    found = [_REGION] if detail["reserved"] else [_REGION, _UNRESERVED]
    return [*found, _ahead(detail)] if detail["initialization"] == PROVISIONED else found


def _ahead(detail: Mapping[str, Any]) -> str:
    return f"{detail['function']}:{detail['version']}"


class LambdaMetrics:
    """`observe` follows a journal."""

    def __init__(self, store: MetricStore) -> None:
        self._store = store
        self._running: Counter[str] = Counter()

    def observe(self, event: Event) -> None:
        if event.kind == "invocation.started":
            self._running.update(_counters(event.detail))
        elif event.kind == "invocation.finished":
            self._finished(event)
            self._running.subtract(_counters(event.detail))
        elif found := data(event):
            for dimensions in scopes(event.detail):
                self._add(found, dimensions)

    def _finished(self, event: Event) -> None:
        detail, running = event.detail, self._running
        own = [*data(event), *provisioned(detail, running[_ahead(detail)])]
        region, *others = scopes(detail)
        for dimensions in others:
            self._add(own, dimensions)
        levels = {
            "ConcurrentExecutions": running[_REGION],
            "UnreservedConcurrentExecutions": running[_UNRESERVED],
            "ClaimedAccountConcurrency": running[_UNRESERVED] + detail["allocated"],
        }
        counts = [datum for datum in data(event) if datum[0] not in levels]
        found = [(name, value, "Count", detail["started"]) for name, value in levels.items()]
        self._add([*counts, *found], region)

    def _add(self, found: Iterable[Datum], dimensions: Dimensions) -> None:
        for name, value, unit, time in found:
            self._store.add(Metric(NAMESPACE, name, dimensions), value, unit, time)
