"""Bucket notifications: CloudFormation's spelling <-> the S3 API's. No I/O."""

from __future__ import annotations

from typing import Any

_KINDS = (
    ("LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"),
)


def to_api(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return `configuration` as PutBucketNotificationConfiguration takes it."""
    rules: dict[str, Any] = {
        api_kind: [_rule_to_api(rule, target, arn) for rule in configuration[kind]]
        for kind, target, api_kind, arn in _KINDS
        if kind in configuration
    }
    bus = configuration.get("EventBridgeConfiguration")
    if bus is not None and _is_on(bus.get("EventBridgeEnabled", True)):
        rules["EventBridgeConfiguration"] = {}
    return rules


def _is_on(value: Any) -> bool:
    return str(value).lower() == "true"


def _rule_to_api(rule: dict[str, Any], target: str, arn: str) -> dict[str, Any]:
    answer = {arn: rule.get(target), "Events": [rule.get("Event")]}
    if "Filter" in rule:
        answer["Filter"] = {"Key": {"FilterRules": rule["Filter"]["S3Key"]["Rules"]}}
    return answer


def from_api(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return what GetBucketNotificationConfiguration answers, one entry per event."""
    rules: dict[str, Any] = {
        kind: [
            _rule_from_api(rule, event, target, arn)
            for rule in configuration.get(api_kind, [])
            for event in rule["Events"]
        ]
        for kind, target, api_kind, arn in _KINDS
    }
    enabled = "EventBridgeConfiguration" in configuration
    return {**rules, "EventBridgeConfiguration": {"EventBridgeEnabled": enabled}}


def _rule_from_api(rule: dict[str, Any], event: str, target: str, arn: str) -> dict[str, Any]:
    filters = rule.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return {target: rule[arn], "Event": event, "Filter": {"S3Key": {"Rules": filters}}}
