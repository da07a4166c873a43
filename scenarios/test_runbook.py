"""Every command of the report's runbook, typed at the real AWS CLI.

Only what differs on every account is filled in: the endpoint's id and the account number.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenarios.client import BACKEND, BUCKET, PROCESSOR, Pipeline, eventually
from scenarios.documents import markdown

pytestmark = pytest.mark.launched

Cli = Callable[[str], str]
AWS = Path(sysconfig.get_path("scripts")) / "aws"


@pytest.fixture
def cli(pipeline: Pipeline, tmp_path: Path) -> Cli:
    """Return a function that runs an AWS CLI command line and returns what it prints."""
    variables = {**pipeline.exports, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    def run(command: str) -> str:
        program, *arguments = shlex.split(command)
        assert program == "aws"
        done = subprocess.run(
            [AWS, *arguments], env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def variables_of(pipeline: Pipeline, function: str) -> dict[str, str]:
    configuration = pipeline.aws("lambda").get_function_configuration(FunctionName=function)
    variables: dict[str, str] = configuration["Environment"]["Variables"]
    return variables


def test_update_function_configuration(pipeline: Pipeline, cli: Cli) -> None:
    """Precondition 1. On AWS: the variables are replaced as a whole by these seven."""
    cli(
        f"""aws lambda update-function-configuration
            --function-name {BACKEND}
            --environment "Variables={{
                DB_SECRET_NAME=hr-chatbot/database,
                APP_SECRET_NAME=hr-chatbot/app-secrets,
                ENABLE_RAG=true,
                LLM_MODEL_ID=amazon.nova-pro-v1:0,
                EMBEDDING_MODEL_ID=cohere.embed-v4:0,
                USE_S3=true,
                S3_BUCKET=hr-chatbot-documents-ap-northeast-1
            }}" """
    )
    assert variables_of(pipeline, BACKEND) == {
        "DB_SECRET_NAME": "hr-chatbot/database",
        "APP_SECRET_NAME": "hr-chatbot/app-secrets",
        "ENABLE_RAG": "true",
        "LLM_MODEL_ID": "amazon.nova-pro-v1:0",
        "EMBEDDING_MODEL_ID": "cohere.embed-v4:0",
        "USE_S3": "true",
        "S3_BUCKET": BUCKET,
    }
    assert pipeline.upload(markdown("更新設定之後。")).status_code == 200


def test_update_function_code(pipeline: Pipeline, cli: Cli) -> None:
    """Precondition 2. On AWS: the next invocation runs what has the tag now, in a new sandbox."""
    functions = pipeline.aws("lambda")
    deployed = functions.get_function(FunctionName=BACKEND)["Code"]["ImageUri"]
    cli(f"aws lambda update-function-code --function-name {BACKEND} --image-uri {deployed}")
    functions.get_waiter("function_updated_v2").wait(FunctionName=BACKEND)

    began_ms = int(time.time() * 1000)
    assert pipeline.upload(markdown("更新程式之後。")).status_code == 200

    def cold() -> bool | None:
        reports = [line for line in pipeline.log_lines(BACKEND, began_ms) if "REPORT" in line]
        return any("Init Duration:" in line for line in reports) or None

    assert eventually(cold)


def test_s3_ls(pipeline: Pipeline, cli: Cli) -> None:
    """Test 2. On AWS: one line per object, ending in `{document-id}_{filename}`."""
    document_id = pipeline.upload_one(markdown("列出物件。", "清單.md"))
    listed = cli(f"aws s3 ls s3://{BUCKET}/uploads/").splitlines()
    assert [line for line in listed if line.endswith(f" {document_id}_清單.md")]


def test_logs(pipeline: Pipeline, cli: Cli) -> None:
    """Test 3. `aws logs tail` exists in version 2 of the CLI only; this is the call it makes."""
    pipeline.wait_until_settled(pipeline.upload_one(markdown("檢視日誌。")))
    command = f"aws logs filter-log-events --log-group-name /aws/lambda/{PROCESSOR}"

    def logged() -> bool | None:
        messages = [event["message"] for event in json.loads(cli(command))["events"]]
        return any("Document processing completed" in message for message in messages) or None

    assert eventually(logged)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "file-processor-high-error-rate",
            """--alarm-description "File Processor Lambda error rate > 5%"
               --metric-name Errors --statistic Average --threshold 0.05""",
        ),
        (
            "file-processor-timeout",
            """--alarm-description "File Processor Lambda timeout"
               --metric-name Duration --statistic Maximum --threshold 290000""",
        ),
    ],
)
def test_put_metric_alarm(cli: Cli, name: str, arguments: str) -> None:
    """Monitoring. On AWS: the alarm is there with these figures; docs/scenarios.md has doubts."""
    cli(
        f"""aws cloudwatch put-metric-alarm --alarm-name {name} {arguments}
            --namespace AWS/Lambda --period 300
            --comparison-operator GreaterThanThreshold
            --dimensions Name=FunctionName,Value={PROCESSOR} --evaluation-periods 1"""
    )
    (alarm,) = json.loads(cli(f"aws cloudwatch describe-alarms --alarm-names {name}"))[
        "MetricAlarms"
    ]
    asked = shlex.split(arguments)
    assert alarm["MetricName"] == asked[asked.index("--metric-name") + 1]
    assert alarm["Threshold"] == float(asked[asked.index("--threshold") + 1])
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": PROCESSOR}]
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 1)


def test_describe_vpc_endpoints(pipeline: Pipeline, cli: Cli) -> None:
    """Problem 1. On AWS: the S3 gateway endpoint is `available`; without it the function hangs."""
    endpoints = pipeline.aws("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    (identifier,) = (e["VpcEndpointId"] for e in endpoints if e["VpcEndpointType"] == "Gateway")
    answer = cli(f"aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {identifier}")
    (endpoint,) = json.loads(answer)["VpcEndpoints"]
    assert endpoint["ServiceName"] == "com.amazonaws.ap-northeast-1.s3"
    assert endpoint["State"].lower() == "available"


def test_list_role_policies(cli: Cli) -> None:
    """Problem 1. On AWS: the role has the inline policy that lets it read the bucket."""
    answer = cli("aws iam list-role-policies --role-name hr-chatbot-lambda-role")
    assert "hr-chatbot-s3-access" in json.loads(answer)["PolicyNames"]


def test_get_bucket_notification_configuration(cli: Cli) -> None:
    """Problem 2. On AWS: what comes and goes under `uploads/` is told to the file processor."""
    answer = cli(f"aws s3api get-bucket-notification-configuration --bucket {BUCKET}")
    notifications = json.loads(answer)["LambdaFunctionConfigurations"]
    told = [event for notification in notifications for event in notification["Events"]]
    assert sorted(told) == ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    for notification in notifications:
        (rule,) = notification["Filter"]["Key"]["FilterRules"]
        assert notification["LambdaFunctionArn"].endswith(f":function:{PROCESSOR}")
        assert (rule["Name"].lower(), rule["Value"]) == ("prefix", "uploads/")


def test_get_policy(cli: Cli) -> None:
    """Problem 2. On AWS the action is lambda:InvokeFunction; the report's s3: has never existed."""
    answer = cli(f"aws lambda get-policy --function-name {PROCESSOR}")
    statements: list[dict[str, Any]] = json.loads(json.loads(answer)["Policy"])["Statement"]
    (statement,) = (
        statement
        for statement in statements
        if statement["Principal"] == {"Service": "s3.amazonaws.com"}
    )
    assert (statement["Effect"], statement["Action"]) == ("Allow", "lambda:InvokeFunction")
    assert statement["Resource"].endswith(f":function:{PROCESSOR}")
