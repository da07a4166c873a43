from __future__ import annotations

import pytest

from harness.stack.errors import TemplateError
from harness.stack.plan import plan, pseudo_parameters

NAMES = {"Name": "documents", "Create": "yes"} | pseudo_parameters("ap-northeast-1", "local")
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}


def planned(resources, **sections):
    return plan({"Resources": resources, **sections}, NAMES)


def test_dependencies_come_from_references_and_depends_on():
    function = {
        "Type": "AWS::Lambda::Function",
        "DependsOn": "Logs",
        "Properties": {
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Environment": {"Variables": {"QUEUE": {"Fn::Sub": "${Queue.Arn}/${Name}"}}},
        },
    }
    result = planned(
        {
            "Function": function,
            "Queue": QUEUE,
            "Role": {"Type": "AWS::IAM::Role"},
            "Logs": {"Type": "AWS::Logs::LogGroup"},
        }
    )
    assert result.dependencies["Function"] == {"Role", "Queue", "Logs"}
    assert result.dependencies["Queue"] == frozenset()
    assert result.services() == {"lambda", "sqs", "iam", "logs"}


def test_what_a_condition_rules_out_is_not_created_and_not_waited_for():
    result = planned(
        {"Queue": {**QUEUE, "Condition": "No"}, "Logs": {**LOGS, "DependsOn": ["Queue"]}},
        Conditions={"No": {"Fn::Equals": [{"Ref": "Create"}, "no"]}},
        Outputs={"Url": {"Condition": "No", "Value": {"Ref": "Queue"}}},
    )
    assert list(result.resources) == ["Logs"]
    assert result.dependencies == {"Logs": frozenset()}
    assert result.outputs == {}


LOGS = {"Type": "AWS::Logs::LogGroup"}


def refused(resources, **sections) -> str:
    with pytest.raises(TemplateError) as failure:
        planned(resources, **sections)
    return str(failure.value)


def test_an_unknown_type_names_the_resource():
    message = refused({"Topic": {"Type": "AWS::DynamoDB::Table"}})
    assert message.startswith("Topic: the type AWS::DynamoDB::Table is not supported here")


def test_an_unhandled_property_names_resource_and_path():
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "Typo": 1}}
    encryption = {"ServerSideEncryptionConfiguration": [rule]}
    message = refused(
        {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketEncryption": encryption}}}
    )
    assert message.startswith(
        "Bucket BucketEncryption.ServerSideEncryptionConfiguration[0]"
        ".ServerSideEncryptionByDefault.Typo: is not supported here"
    )


def test_a_property_in_the_branch_that_is_taken_is_looked_at():
    branch = {"Fn::If": ["Yes", {"Typo": 1}, {"Status": "Enabled"}]}
    message = refused(
        {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": branch}}},
        Conditions={"Yes": {"Fn::Equals": ["a", "a"]}},
    )
    assert message.startswith("Bucket VersioningConfiguration.Typo: is not supported")


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"Q": {**QUEUE, "CreationPolicy": {}}}, "Q CreationPolicy: is not supported"),
        ({"Q": {**QUEUE, "Properties": []}}, "Q Properties: must be an object"),
        ({"Q": {**QUEUE, "DependsOn": True}}, "Q DependsOn: there is no resource True"),
        ({"Q": {**QUEUE, "DependsOn": "Nobody"}}, "Q DependsOn: there is no resource Nobody"),
        ({"Q": {**QUEUE, "Condition": "Nope"}}, "Q: there is no condition Nope"),
        (
            {"Q": {**QUEUE, "Properties": {"QueueName": {"Ref": "Nobody"}}}},
            "Q: Nobody is neither a resource that is created nor a parameter",
        ),
        (
            {"Q": QUEUE, "P": {**QUEUE, "Properties": {"QueueName": {"Fn::Sub": "${Q.Typo}"}}}},
            "P: Q has no attribute Typo here, only: Arn, QueueName, QueueUrl",
        ),
        (
            {"Q": {**QUEUE, "Properties": {"QueueName": {"Fn::ImportValue": "x"}}}},
            "Q: Fn::ImportValue is not supported",
        ),
        (
            {"Q": {**QUEUE, "Properties": {"QueueName": {"Fn::If": ["Nope", 1, 2]}}}},
            "Q: Fn::If names the condition Nope",
        ),
        (
            {"A": {**LOGS, "DependsOn": "B"}, "B": {**LOGS, "DependsOn": "A"}},
            "these resources need one another first: ",
        ),
    ],
)
def test_mistakes_are_found_before_anything_is_created(resources, message):
    assert refused(resources).startswith(message)


def test_a_reference_to_what_a_condition_ruled_out_is_a_mistake():
    message = refused(
        {"Q": {**QUEUE, "Condition": "No"}},
        Conditions={"No": {"Fn::Equals": ["a", "b"]}},
        Outputs={"Url": {"Value": {"Ref": "Q"}}},
    )
    assert message.startswith("Url: Q is neither a resource that is created nor a parameter")


def image_function(uri):
    return {
        "Type": "AWS::Lambda::Function",
        "Metadata": {"Dockerfile": "Dockerfile.x", "DockerContext": "code"},
        "Properties": {
            "Code": {"ImageUri": uri},
            "ImageConfig": {"Command": ["a.handler"]},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        },
    }


def test_images_are_known_beforehand(tmp_path):
    result = planned(
        {
            "Function": image_function({"Fn::Sub": "${AWS::AccountId}.dkr.ecr/${Name}:v1"}),
            "Role": {"Type": "AWS::IAM::Role"},
        }
    )
    assert result.images(tmp_path) == {
        "documents": {
            "reference": "123456789012.dkr.ecr/documents:v1",
            "architecture": "x86_64",
            "context": str(tmp_path / "code"),
            "dockerfile": "Dockerfile.x",
            "command": ["a.handler"],
        }
    }


def test_an_image_that_only_a_resource_knows_is_refused(tmp_path):
    result = planned(
        {
            "Function": image_function({"Fn::Sub": "${Repository.RepositoryUri}:v1"}),
            "Repository": {"Type": "AWS::ECR::Repository"},
            "Role": {"Type": "AWS::IAM::Role"},
        }
    )
    with pytest.raises(TemplateError, match="Function ImageUri: must be known before anything"):
        result.images(tmp_path)
