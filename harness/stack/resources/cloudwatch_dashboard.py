"""A dashboard."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::CloudWatch::Dashboard"
PROPERTIES: dict[str, Shape] = {"DashboardBody": Leaf.VALUE, "DashboardName": Leaf.VALUE}
ATTRIBUTES: frozenset[str] = frozenset()


def create(client: Any, properties: Properties, name: str) -> Created:
    name = properties.get("DashboardName", name)
    client.put_dashboard(DashboardName=name, DashboardBody=properties.get("DashboardBody"))
    return Created(name)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    return dict(client.get_dashboard(DashboardName=physical_id))


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_dashboards(DashboardNames=[physical_id])
