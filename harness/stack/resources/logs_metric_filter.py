"""A metric filter: what a pattern matches in a log group becomes points of a metric."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created

TYPE = "AWS::Logs::MetricFilter"
PROPERTIES: dict[str, Shape] = {
    "FilterName": Leaf.VALUE,
    "FilterPattern": Leaf.VALUE,
    "LogGroupName": Leaf.VALUE,
    "MetricTransformations": [
        {
            "DefaultValue": Leaf.VALUE,
            "Dimensions": SetOf({"Key": Leaf.VALUE, "Value": Leaf.VALUE}),
            "MetricName": Leaf.VALUE,
            "MetricNamespace": Leaf.VALUE,
            "MetricValue": Leaf.VALUE,
            "Unit": Leaf.VALUE,
        }
    ],
}
ATTRIBUTES: frozenset[str] = frozenset()


def create(client: Any, properties: Properties, name: str) -> Created:
    filter_name = properties.get("FilterName", name)
    client.put_metric_filter(
        logGroupName=properties["LogGroupName"],
        filterName=filter_name,
        filterPattern=properties["FilterPattern"],
        metricTransformations=[_request(one) for one in properties["MetricTransformations"]],
    )
    return Created(filter_name)


def _request(transformation: Properties) -> dict[str, Any]:
    """Return a transformation in the API's spelling: names begin small, dimensions are a map."""
    request = {
        key[0].lower() + key[1:]: value
        for key, value in transformation.items()
        if key != "Dimensions"
    }
    request["metricValue"] = str(request["metricValue"])
    if "DefaultValue" in transformation:
        request["defaultValue"] = float(transformation["DefaultValue"])
    if "Dimensions" in transformation:
        request["dimensions"] = {one["Key"]: one["Value"] for one in transformation["Dimensions"]}
    return request


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    answer = client.describe_metric_filters(
        logGroupName=properties["LogGroupName"], filterNamePrefix=physical_id
    )
    found = next(one for one in answer["metricFilters"] if one["filterName"] == physical_id)
    return {
        "FilterName": found["filterName"],
        "FilterPattern": found["filterPattern"],
        "LogGroupName": found["logGroupName"],
        "MetricTransformations": [_property(one) for one in found["metricTransformations"]],
    }


def _property(transformation: dict[str, Any]) -> dict[str, Any]:
    found = {key[0].upper() + key[1:]: value for key, value in transformation.items()}
    if "dimensions" in transformation:
        found["Dimensions"] = [
            {"Key": key, "Value": value} for key, value in transformation["dimensions"].items()
        ]
    return found


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_metric_filter(logGroupName=properties["LogGroupName"], filterName=physical_id)
