"""An alarm on a metric or a metric expression. Its property names are the API's."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created

TYPE = "AWS::CloudWatch::Alarm"
_DIMENSIONS = SetOf({"Name": Leaf.VALUE, "Value": Leaf.VALUE})
PROPERTIES: dict[str, Shape] = {
    "ActionsEnabled": Leaf.VALUE,
    "AlarmActions": SetOf(Leaf.VALUE),
    "AlarmDescription": Leaf.VALUE,
    "AlarmName": Leaf.VALUE,
    "ComparisonOperator": Leaf.VALUE,
    "DatapointsToAlarm": Leaf.VALUE,
    "Dimensions": _DIMENSIONS,
    "EvaluateLowSampleCountPercentile": Leaf.VALUE,
    "EvaluationPeriods": Leaf.VALUE,
    "ExtendedStatistic": Leaf.VALUE,
    "InsufficientDataActions": SetOf(Leaf.VALUE),
    "MetricName": Leaf.VALUE,
    "Metrics": [
        {
            "Expression": Leaf.VALUE,
            "Id": Leaf.VALUE,
            "Label": Leaf.VALUE,
            "MetricStat": {
                "Metric": {
                    "Dimensions": _DIMENSIONS,
                    "MetricName": Leaf.VALUE,
                    "Namespace": Leaf.VALUE,
                },
                "Period": Leaf.VALUE,
                "Stat": Leaf.VALUE,
                "Unit": Leaf.VALUE,
            },
            "Period": Leaf.VALUE,
            "ReturnData": Leaf.VALUE,
        }
    ],
    "Namespace": Leaf.VALUE,
    "OKActions": SetOf(Leaf.VALUE),
    "Period": Leaf.VALUE,
    "Statistic": Leaf.VALUE,
    "Threshold": Leaf.VALUE,
    "TreatMissingData": Leaf.VALUE,
    "Unit": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"Arn"})


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {"AlarmName": name, **properties}
    client.put_metric_alarm(**request)
    physical_id = str(request["AlarmName"])
    return Created(physical_id, {"Arn": read(client, physical_id, properties)["AlarmArn"]})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    return dict(client.describe_alarms(AlarmNames=[physical_id])["MetricAlarms"][0])


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_alarms(AlarmNames=[physical_id])
