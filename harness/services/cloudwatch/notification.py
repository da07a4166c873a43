"""What an alarm's actions are told: SNS topics, Lambda functions, EventBridge (pure).

The three describe the same change in three shapes of AWS's.
"""

from __future__ import annotations

import functools
import importlib.util
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from harness.aws import ACCOUNT
from harness.services.cloudwatch.alarm import Alarm, Definition, State
from harness.services.cloudwatch.reason import offset_time


@functools.cache
def region_name(region: str) -> str:
    """Return AWS's name of a region, "Asia Pacific (Tokyo)"."""
    spec = importlib.util.find_spec("botocore")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "data" / "partitions.json"
    partitions = orjson.loads(file.read_bytes())["partitions"]
    names = {
        key: found["description"] for one in partitions for key, found in one["regions"].items()
    }
    return str(names.get(region, region))


def subject(alarm: Alarm, region: str) -> str:
    """Return the subject of the SNS message, cut to the 100 characters SNS allows."""
    return f'{alarm.state.value}: "{alarm.definition.name}" in {region_name(region)}'[:100]


def message(alarm: Alarm, old: State, region: str) -> str:
    """Return the body of the SNS message."""
    members = alarm.definition.members
    content = {
        "AlarmName": alarm.definition.name,
        "AlarmDescription": members.get("AlarmDescription"),
        "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": offset_time(alarm.configured),
        "NewStateValue": alarm.state.value,
        "NewStateReason": alarm.state.reason,
        "StateChangeTime": offset_time(alarm.state.updated),
        "Region": region_name(region),
        "AlarmArn": alarm.definition.arn,
        "OldStateValue": old.value,
        "OKActions": alarm.definition.actions("OK"),
        "AlarmActions": alarm.definition.actions("ALARM"),
        "InsufficientDataActions": alarm.definition.actions("INSUFFICIENT_DATA"),
        "Trigger": _trigger(alarm.definition),
    }
    return orjson.dumps(content).decode()


def _trigger(defined: Definition) -> dict[str, Any]:
    members = defined.members
    trigger: dict[str, Any] = {
        "Period": defined.period,
        "EvaluationPeriods": defined.periods,
        "ComparisonOperator": members["ComparisonOperator"],
        "Threshold": members["Threshold"],
        "TreatMissingData": members.get("TreatMissingData", ""),
        "EvaluateLowSampleCountPercentile": members.get("EvaluateLowSampleCountPercentile", ""),
    }
    if "DatapointsToAlarm" in members:
        trigger["DatapointsToAlarm"] = members["DatapointsToAlarm"]
    if "Metrics" in members:
        return {**trigger, "Metrics": [_trigger_metric(metric) for metric in members["Metrics"]]}
    plain = "Statistic" in members
    return {
        "MetricName": members["MetricName"],
        "Namespace": members["Namespace"],
        "StatisticType": "Statistic" if plain else "ExtendedStatistic",
        ("Statistic" if plain else "ExtendedStatistic"): _statistic(members),
        "Unit": members.get("Unit"),
        "Dimensions": _name_and_value(members.get("Dimensions", ())),
        **trigger,
    }


def _statistic(members: Mapping[str, Any]) -> str:
    """Return the statistic as SNS messages spell it: SAMPLE_COUNT, AVERAGE, …, p99."""
    if "ExtendedStatistic" in members:
        return str(members["ExtendedStatistic"])
    name: str = members["Statistic"]
    return "SAMPLE_COUNT" if name == "SampleCount" else name.upper()


def _name_and_value(dimensions: Any) -> list[dict[str, str]]:
    return [{"value": one["Value"], "name": one["Name"]} for one in dimensions]


def _trigger_metric(metric: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        key: metric[key] for key in ("Expression", "Id", "Label", "ReturnData") if key in metric
    }
    if stat := metric.get("MetricStat"):
        inner = stat["Metric"]
        named = {
            "Dimensions": _name_and_value(inner.get("Dimensions", ())),
            "MetricName": inner["MetricName"],
            "Namespace": inner["Namespace"],
        }
        shown["MetricStat"] = {"Metric": named, "Period": stat["Period"], "Stat": stat["Stat"]}
    return {"ReturnData": True, **shown}


def lambda_event(alarm: Alarm, old: State, region: str) -> bytes:
    """Return the event a Lambda function is invoked with."""
    return orjson.dumps(
        {
            "source": "aws.cloudwatch",
            "alarmArn": alarm.definition.arn,
            "accountId": ACCOUNT,
            "time": offset_time(alarm.state.updated),
            "region": region,
            "alarmData": detail(alarm, old),
        }
    )


def detail(alarm: Alarm, old: State) -> dict[str, Any]:
    """Return what Lambda gets as alarmData and EventBridge as detail."""
    return {
        "alarmName": alarm.definition.name,
        "state": _state(alarm.state),
        "previousState": _state(old),
        "configuration": {
            "description": alarm.definition.members.get("AlarmDescription", ""),
            "metrics": _metrics(alarm.definition),
        },
    }


def _state(state: State) -> dict[str, str]:
    data = {"reasonData": state.data} if state.data else {}
    return {
        "value": state.value,
        "reason": state.reason,
        **data,
        "timestamp": offset_time(state.updated),
    }


def _metrics(defined: Definition) -> list[dict[str, Any]]:
    members = defined.members
    if "Metrics" in members:
        return [_metric(metric) for metric in members["Metrics"]]
    stat = {"Metric": members, "Period": defined.period, "Stat": defined.statistic}
    identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, defined.arn))
    return [_metric({"Id": identifier, "MetricStat": stat})]


def _metric(query: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": query["Id"]}
    if "Expression" in query:
        shown["expression"] = query["Expression"]
    if "Label" in query:
        shown["label"] = query["Label"]
    if stat := query.get("MetricStat"):
        metric = stat["Metric"]
        shown["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": {d["Name"]: d["Value"] for d in metric.get("Dimensions", ())},
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
        }
    return {**shown, "returnData": query.get("ReturnData", True)}
