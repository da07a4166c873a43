"""Metrics of a function: a line of the log in CloudWatch's embedded format, by Powertools.

They are published when they are known, not at the end, so what a killed run had finished counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aws_lambda_powertools.metrics import EphemeralMetrics

from processor import settings

Unit = Literal["Count", "Bytes", "Milliseconds"]


@dataclass(frozen=True)
class Figure:
    """One value of a metric."""

    name: str
    value: float
    unit: Unit = "Count"


def milliseconds(name: str, seconds: float) -> Figure:
    """Return a duration."""
    return Figure(name, round(seconds * 1000, 3), "Milliseconds")


def publish(figures: Iterable[Figure], **dimensions: str) -> None:
    """Publish figures by the name of this function, and by `dimensions` beside it if there are any.

    Each value of a dimension is a metric that is paid for: name kinds, never ids.
    """
    service = settings.service()
    embedded = EphemeralMetrics(namespace=settings.metrics_namespace(), service=service)
    for figure in figures:
        embedded.add_metric(figure.name, figure.unit, figure.value)
    if dimensions:
        embedded.add_dimensions(service=service, **dimensions)
    embedded.flush_metrics()
