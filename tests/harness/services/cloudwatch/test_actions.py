from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import orjson
import pytest

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.journal import Journal
from harness.services.cloudwatch.actions import Actions, permits
from harness.services.cloudwatch.alarms import Alarms
from tests.harness.accepted import accepted
from tests.harness.services.cloudwatch.stage import REQUEST, START

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:t"
FUNCTION = "arn:aws:lambda:ap-northeast-1:123456789012:function:f:live"
ALLOWED = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.alarms.cloudwatch.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
}


class Aws:
    """Takes every call; policy: statements of the function's resource policy."""

    def __init__(self, policy=(ALLOWED,)):
        self.policy = list(policy)
        self.calls: list[Call] = []
        self.bodies: dict[str, bytes] = {}

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        self.bodies[call.operation] = await call.body.read()
        if call.operation == "GetPolicy":
            policy = orjson.dumps({"Statement": self.policy}).decode()
            return Reply(200, [], orjson.dumps({"Policy": policy}))
        return accepted(call)

    def operations(self):
        return [call.operation for call in self.calls]


def moved(tmp_path, aws, *, to="ALARM", **members):
    """Move an alarm, and return it with what the journal says of actions."""
    seen = []

    async def work():
        clock = ManualClock(START)
        journal = Journal(tmp_path / "journal", clock)
        journal.follow(seen.append)
        alarms = Alarms(clock, "ap-northeast-1")
        actions = Actions(alarms, aws, "ap-northeast-1", journal)
        alarms.follow(lambda _alarm: None, actions.moved)
        alarms.put({**REQUEST, **members})
        alarm = alarms.get("a")
        alarms.move(alarm, to, "because", '{"version":"1.0"}')
        await actions.close()
        journal.close()
        return alarm

    return asyncio.run(work()), [event.detail for event in seen if event.kind == "alarm.action"]


def test_a_topic_gets_the_message_of_aws(tmp_path):
    aws = Aws()
    alarm, _ = moved(tmp_path, aws, AlarmActions=[TOPIC], AlarmDescription="錯誤率 > 5%")
    sent = {name: values[0] for name, values in parse_qs(aws.bodies["Publish"].decode()).items()}
    assert sent["TopicArn"] == TOPIC
    assert sent["Subject"] == 'ALARM: "a" in Asia Pacific (Tokyo)'
    message = orjson.loads(sent["Message"])
    assert message == {
        "AlarmName": "a",
        "AlarmDescription": "錯誤率 > 5%",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": "2023-11-14T22:14:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": "because",
        "StateChangeTime": "2023-11-14T22:14:00.000+0000",
        "Region": "Asia Pacific (Tokyo)",
        "AlarmArn": alarm.definition.arn,
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "StatisticType": "Statistic",
            "Statistic": "AVERAGE",
            "Unit": None,
            "Dimensions": [{"value": "f", "name": "FunctionName"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0.05,
            "TreatMissingData": "",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
    assert alarm.history[-1]["HistorySummary"] == f"Successfully executed action {TOPIC}"


def test_a_function_gets_the_event_of_aws_asynchronously(tmp_path):
    aws = Aws()
    alarm, _ = moved(tmp_path, aws, AlarmActions=[FUNCTION])
    (invoke,) = [call for call in aws.calls if call.operation == "Invoke"]
    assert invoke.path.endswith("function%3Af%3Alive/invocations")
    assert invoke.header("x-amz-invocation-type") == "Event"
    event = orjson.loads(aws.bodies["Invoke"])
    assert event["source"] == "aws.cloudwatch"
    assert event["alarmArn"] == alarm.definition.arn
    data = event["alarmData"]
    assert data["state"] == {
        "value": "ALARM",
        "reason": "because",
        "reasonData": '{"version":"1.0"}',
        "timestamp": "2023-11-14T22:14:00.000+0000",
    }
    assert data["previousState"]["value"] == "INSUFFICIENT_DATA"
    (metric,) = data["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {
            "namespace": "AWS/Lambda",
            "name": "Errors",
            "dimensions": {"FunctionName": "f"},
        },
        "period": 60,
        "stat": "Average",
    }


def test_a_function_that_does_not_permit_it_is_not_invoked(tmp_path):
    aws = Aws(policy=[])
    alarm, (noted,) = moved(tmp_path, aws, AlarmActions=[FUNCTION])
    assert "Invoke" not in aws.operations()
    assert "lambda.alarms.cloudwatch.amazonaws.com is not authorized" in noted["reason"]
    assert alarm.history[-1]["HistorySummary"] == f"Failed to execute action {FUNCTION}"


def test_an_action_that_is_not_emulated_says_so(tmp_path):
    arn = "arn:aws:automate:ap-northeast-1:ec2:stop"
    _, (noted,) = moved(tmp_path, Aws(), AlarmActions=[arn])
    assert noted["reason"] == "actions of automate are not emulated here"


@pytest.mark.parametrize(
    ("to", "members", "published"),
    [
        ("OK", {"OKActions": [TOPIC]}, True),
        ("OK", {"AlarmActions": [TOPIC]}, False),
        ("ALARM", {"AlarmActions": [TOPIC], "ActionsEnabled": False}, False),
        ("INSUFFICIENT_DATA", {"InsufficientDataActions": [TOPIC]}, False),  # no transition
    ],
)
def test_which_actions_a_transition_has(tmp_path, to, members, published):
    aws = Aws()
    moved(tmp_path, aws, to=to, **members)
    assert ("Publish" in aws.operations()) is published


def test_eventbridge_is_told_of_every_transition(tmp_path):
    aws = Aws()
    alarm, _ = moved(tmp_path, aws)
    (entry,) = orjson.loads(aws.bodies["PutEvents"])["Entries"]
    assert (entry["Source"], entry["DetailType"]) == (
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
    )
    assert entry["Resources"] == [alarm.definition.arn]
    assert orjson.loads(entry["Detail"])["alarmName"] == "a"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (ALLOWED, True),
        ({**ALLOWED, "Effect": "Deny"}, False),
        ({**ALLOWED, "Principal": {"Service": "s3.amazonaws.com"}}, False),
        ({**ALLOWED, "Principal": "*"}, False),
        ({}, False),
    ],
)
def test_what_permits(statement, expected):
    assert permits({"Statement": [statement]}) is expected
