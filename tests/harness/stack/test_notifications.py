from __future__ import annotations

import pytest

from harness.stack.notifications import from_api, to_api

RULES = [{"Name": "prefix", "Value": "uploads/"}]
CONFIGURATION = {
    "LambdaConfigurations": [
        {
            "Event": "s3:ObjectCreated:*",
            "Filter": {"S3Key": {"Rules": RULES}},
            "Function": "arn:fn",
        }
    ],
    "QueueConfigurations": [
        {"Event": "s3:ObjectRemoved:*", "Filter": {"S3Key": {"Rules": []}}, "Queue": "arn:q"}
    ],
    "TopicConfigurations": [
        {"Event": "s3:ObjectAcl:Put", "Filter": {"S3Key": {"Rules": []}}, "Topic": "arn:t"}
    ],
    "EventBridgeConfiguration": {"EventBridgeEnabled": True},
}


def test_rules_reach_the_api_in_its_own_words():
    assert to_api(CONFIGURATION)["LambdaFunctionConfigurations"] == [
        {
            "LambdaFunctionArn": "arn:fn",
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": RULES}},
        }
    ]


def test_both_spellings_are_inverse():
    assert from_api(to_api(CONFIGURATION)) == CONFIGURATION


@pytest.mark.parametrize(
    ("asked", "enabled"),
    [
        ({"EventBridgeConfiguration": {}}, True),
        ({"EventBridgeConfiguration": {"EventBridgeEnabled": "true"}}, True),
        ({"EventBridgeConfiguration": {"EventBridgeEnabled": False}}, False),
        ({}, False),
    ],
)
def test_eventbridge_is_on_unless_it_is_left_out_or_disabled(asked, enabled):
    answer = from_api(to_api(asked))["EventBridgeConfiguration"]
    assert answer == {"EventBridgeEnabled": enabled}


def test_a_rule_without_filter_stays_without_one():
    rule = {"Event": "s3:ObjectCreated:*", "Function": "arn:fn"}
    answer = to_api({"LambdaConfigurations": [rule]})
    assert "Filter" not in answer["LambdaFunctionConfigurations"][0]


def test_several_events_of_one_rule_are_several_entries():
    rule = {"LambdaFunctionArn": "arn:fn", "Events": ["a", "b"]}
    found = from_api({"LambdaFunctionConfigurations": [rule]})
    assert [entry["Event"] for entry in found["LambdaConfigurations"]] == ["a", "b"]
