"""`python -m harness.stack` when things go wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.stack.main import main
from tests.harness.stack.conftest import ROOT, Applied, ControlPlane, events

NOBODY = ControlPlane("http://127.0.0.1:9")
NO_PARAMETERS = '{"parameters": {}}\n'


Run = Callable[[list[str], str], Applied]


@pytest.fixture
def run(monkeypatch, capsys) -> Run:
    """Run the command here and not in a process of its own, which is slower."""

    def run(arguments: list[str], stdin: str) -> Applied:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = main(arguments)
        return Applied(code, events(capsys.readouterr().out))

    return run


def write(directory: Path, resources: dict[str, Any], **sections: Any) -> Path:
    path = directory / "template.json"
    path.write_text(json.dumps({"Resources": resources, **sections}))
    return path


LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/a"}}
QUEUE = {"Type": "AWS::SQS::Queue", "DependsOn": "Logs", "Properties": {"QueueName": "q"}}
ROLE = {
    "Type": "AWS::IAM::Role",
    "DependsOn": "Queue",
    "Properties": {
        "RoleName": "r",
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"],
    },
}
GOOD = {"Logs": LOGS, "Queue": QUEUE, "Role": ROLE}


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "DependsOn": "Role", "Properties": properties}


def remaining(control_plane: ControlPlane) -> list[Any]:
    return [
        control_plane.client("logs").describe_log_groups()["logGroups"],
        control_plane.client("sqs").list_queues().get("QueueUrls", []),
        control_plane.client("iam").list_roles()["Roles"],
        control_plane.client("s3").list_buckets()["Buckets"],
    ]


def test_the_good_part_alone_is_created(control_plane, tmp_path):
    result = control_plane.apply(write(tmp_path, GOOD))
    assert result.code == 0
    assert [len(found) for found in remaining(control_plane)] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("properties", "refused_property", "message"),
    [
        ({"BucketName": "No_Such_Name!"}, "", "AWS refused AWS::S3::Bucket: "),
        (
            {
                "BucketName": "half-configured",
                "NotificationConfiguration": {
                    "QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": "no-arn"}]
                },
            },
            "",
            "AWS refused AWS::S3::Bucket: ",
        ),
    ],
)
def test_a_failure_in_the_middle_leaves_nothing(
    control_plane, tmp_path, properties, refused_property, message
):
    result = control_plane.apply(write(tmp_path, {**GOOD, "Bucket": bucket(**properties)}))
    assert result.code == 1
    assert result.last["event"] == "failed"
    assert result.last["logical_id"] == "Bucket"
    assert result.last["property"] == refused_property
    assert result.last["message"].startswith(message)
    assert [name for name in result.last["rolled_back"] if name != "Bucket"] == [
        "Role",
        "Queue",
        "Logs",
    ]
    assert result.last["left_behind"] == {}
    assert remaining(control_plane) == [[], [], [], []]


def test_a_setting_that_the_control_plane_forgets_is_a_failure(control_plane, tmp_path):
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "f",
            "PackageType": "Image",
            "Code": {"ImageUri": "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/x:v1"},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "ReservedConcurrentExecutions": 0,
        },
    }
    result = control_plane.apply(write(tmp_path, {**GOOD, "Function": function}))
    assert result.last["event"] == "failed"
    assert result.last["logical_id"] == "Function"
    assert result.last["property"] == "ReservedConcurrentExecutions"
    assert result.last["message"] == "the template asks for 0, AWS holds None"
    assert result.last["rolled_back"] == ["Function", "Role", "Queue", "Logs"]
    assert remaining(control_plane) == [[], [], [], []]


@pytest.fixture
def refusal(run: Run) -> Callable[..., dict[str, Any]]:
    """Return the one event of a run that is refused before the endpoint is asked anything."""

    def refusal(template: Path, *more: str, stdin: str = NO_PARAMETERS) -> dict[str, Any]:
        result = run([*NOBODY.arguments(template), *more], stdin)
        assert result.code == 1
        (event,) = result.events
        assert event["event"] == "failed"
        assert event["rolled_back"] == []
        return event

    return refusal


def test_a_missing_parameter_is_named(refusal):
    event = refusal(ROOT / "template.yaml")
    assert event["message"].startswith("the parameter DatabasePassword has no value")


def test_a_missing_template_is_named(refusal, tmp_path):
    event = refusal(tmp_path / "none.yaml")
    assert event["message"].endswith("none.yaml cannot be read: No such file or directory")


def test_an_unknown_type_is_refused_before_anything_is_created(refusal, tmp_path):
    event = refusal(write(tmp_path, {**GOOD, "T": {"Type": "AWS::DynamoDB::Table"}}))
    assert event["logical_id"] == "T"
    assert "AWS::DynamoDB::Table is not supported here" in event["message"]


def test_an_unhandled_property_is_refused_before_anything_is_created(refusal, tmp_path):
    bad = bucket(VersioningConfiguration={"Status": "Enabled", "Typo": 1})
    event = refusal(write(tmp_path, {**GOOD, "Bucket": bad}))
    assert (event["logical_id"], event["property"]) == ("Bucket", "VersioningConfiguration.Typo")


def test_a_parameter_of_the_command_line_must_be_declared(refusal, tmp_path):
    event = refusal(write(tmp_path, GOOD), "--parameter", "Typo=x")
    assert event["message"].startswith("the template declares no parameter Typo")


def test_a_parameter_without_a_value_says_how(refusal, tmp_path):
    event = refusal(write(tmp_path, GOOD), "--parameter", "Typo")
    assert event["message"] == "--parameter Typo has no value; write Typo=VALUE"


@pytest.mark.parametrize("line", ["", "go\n", "[]\n", '{"parameters": 1}\n'])
def test_input_that_is_not_the_protocol_is_refused(refusal, tmp_path, line):
    event = refusal(write(tmp_path, GOOD), stdin=line)
    assert event["message"] == 'the first line of input must be {"parameters": {…}}'


def test_an_endpoint_that_does_not_answer_is_named(run, tmp_path):
    result = run(NOBODY.arguments(write(tmp_path, GOOD)), NO_PARAMETERS + "go\n")
    assert result.code == 1
    assert result.last["logical_id"] == "Logs"
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:9/"' in result.last["message"]


def test_nothing_is_created_when_the_parent_goes_away(run, control_plane, tmp_path):
    template = write(tmp_path, GOOD)
    result = run(control_plane.arguments(template), NO_PARAMETERS)
    assert result.code == 1
    assert [event["event"] for event in result.events] == ["expanded"]
    assert remaining(control_plane) == [[], [], [], []]


def test_parameters_of_the_command_line_win_over_those_offered(run, control_plane, tmp_path):
    named = {**LOGS, "Properties": {"LogGroupName": {"Ref": "Name"}}}
    template = write(tmp_path, {"Logs": named}, Parameters={"Name": {"Type": "String"}})
    arguments = [*control_plane.arguments(template), "--parameter", "Name=/given"]
    result = run(arguments, '{"parameters": {"Name": "/offered"}}\ngo\n')
    assert result.last["resources"]["Logs"]["physical_id"] == "/given"
