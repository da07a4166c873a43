"""ListMetrics: which metrics have points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.services.cloudwatch.metric import described
from harness.services.cloudwatch.page import page
from harness.services.cloudwatch.store import Metric, MetricStore

_PAGE = 500
_RECENT_S, _LISTED_S = 3 * 3600, 14 * 86400


def list_metrics(request: Mapping[str, Any], store: MetricStore, now: float) -> dict[str, Any]:
    """Return a page of the metrics that fit a request's filters, in a stable order."""
    youngest = _RECENT_S if "RecentlyActive" in request else _LISTED_S
    found = sorted(
        metric
        for metric, written in store.metrics()
        if now - written <= youngest and _fits(metric, request)
    )
    shown, token = page(found, request.get("NextToken"), _PAGE, "ListMetrics")
    return {"Metrics": [described(metric) for metric in shown], "NextToken": token}


def _fits(metric: Metric, request: Mapping[str, Any]) -> bool:
    return (
        request.get("Namespace", metric.namespace) == metric.namespace
        and request.get("MetricName", metric.name) == metric.name
        and _has(dict(metric.dimensions), request.get("Dimensions", ()))
    )


def _has(own: Mapping[str, str], filters: Sequence[Mapping[str, str]]) -> bool:
    return all(
        wanted["Name"] in own and wanted.get("Value", own[wanted["Name"]]) == own[wanted["Name"]]
        for wanted in filters
    )
