from __future__ import annotations

import pytest

from harness.stack.errors import TemplateError
from harness.stack.expand import expand
from harness.stack.resources import lambda_event_source_mapping

SAM = "AWS::Serverless-2016-10-31"


def function(**properties):
    return {
        "Transform": SAM,
        "Resources": {
            "F": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"PackageType": "Image", "ImageUri": "r/x:v1", **properties},
            }
        },
    }


def test_a_plain_template_is_left_as_it_is():
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}
    assert expand(template, {}, "ap-northeast-1") is template


def test_managed_policies_are_known_without_asking_aws():
    expanded = expand(function(Policies="AmazonBedrockFullAccess"), {}, "ap-northeast-1")
    assert (
        "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
        in expanded["Resources"]["FRole"]["Properties"]["ManagedPolicyArns"]
    )


def test_the_given_template_is_not_changed():
    template = function()
    expand(template, {}, "ap-northeast-1")
    assert template == function()


def test_another_transform_is_refused():
    with pytest.raises(TemplateError, match="the transform AWS::Include is not supported"):
        expand({"Transform": [SAM, "AWS::Include"], "Resources": {}}, {}, "ap-northeast-1")


def test_what_the_translator_refuses_names_the_resource():
    with pytest.raises(TemplateError, match=r"\[F\] is invalid") as failure:
        expand(function(Events={"E": {"Type": "Nonsense"}}), {}, "ap-northeast-1")
    assert "\n" not in str(failure.value)


def test_a_queue_before_a_function_becomes_a_mapping_of_supported_settings():
    queue = "arn:aws:sqs:ap-northeast-1:123456789012:q"
    settings = {
        "BatchSize": 5,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 2},
    }
    event = {"Type": "SQS", "Properties": {"Queue": queue, **settings}}
    expanded = expand(function(Events={"Queued": event}), {}, "ap-northeast-1")
    mapping = expanded["Resources"]["FQueued"]
    assert mapping["Type"] == lambda_event_source_mapping.TYPE
    assert mapping["Properties"].items() >= {"EventSourceArn": queue, **settings}.items()
    assert mapping["Properties"].keys() <= lambda_event_source_mapping.PROPERTIES.keys()
