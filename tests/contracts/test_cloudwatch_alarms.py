"""Alarms through CloudWatch's API (aws-behaviour §9.4, §9.5).

Points are put into minutes that are over, so no test waits for one; what the clock has to wait for
(a new alarm's first evaluation, the end of the current minute) passes 600 times as fast.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import ACCOUNT, Account, Queue, eventually, unique

ERROR_RATE = {  # as the report's command has them
    "Statistic": "Average",
    "Period": 300,
    "Threshold": 0.05,
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
}
TIMEOUT = {**ERROR_RATE, "Statistic": "Maximum", "Threshold": 290000.0}


def alarm(account: Account, namespace: str, **members: Any) -> str:
    name = unique("alarm")
    given = {"Namespace": namespace, "MetricName": "m", **ERROR_RATE, **members}
    account.cloudwatch.put_metric_alarm(AlarmName=name, **given)
    return name


def put(
    account: Account, namespace: str, *values: float, minutes: int = 2, name: str = "m"
) -> None:
    time = datetime.now(UTC) - timedelta(minutes=minutes)
    datum = {"MetricName": name, "Values": list(values), "Timestamp": time}
    account.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])


def described(account: Account, name: str) -> dict[str, Any]:
    (found,) = account.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(found)


def settled(account: Account, name: str, state: str) -> dict[str, Any]:
    """Return the alarm once it was evaluated; it must be in that state then."""

    def evaluated() -> dict[str, Any] | None:
        found = described(account, name)
        return None if found["StateReason"].startswith("Unchecked") else found

    found = eventually(evaluated)
    assert found["StateValue"] == state, found["StateReason"]
    return found


@pytest.mark.parametrize(
    ("settings", "values", "state"),
    [
        (ERROR_RATE, [1.0], "ALARM"),  # one failed invocation alone
        (ERROR_RATE, [0.0] * 10, "OK"),
        (ERROR_RATE, [1.0] + [0.0] * 19, "OK"),  # 5 %: not greater
        (ERROR_RATE, [1.0] + [0.0] * 18, "ALARM"),
        (ERROR_RATE, [], "INSUFFICIENT_DATA"),
        (TIMEOUT, [291000.0], "ALARM"),  # a slow success alarms like a time-out
        (TIMEOUT, [300000.0, 12.0], "ALARM"),
        (TIMEOUT, [290000.0, 2000.0], "OK"),
    ],
)
def test_9_5_the_reports_alarms(
    account: Account, settings: dict[str, Any], values: list[float], state: str
):
    namespace = unique("N")
    if values:
        put(account, namespace, *values)
    settled(account, alarm(account, namespace, **settings), state)


def test_9_5_a_time_out_is_seen_though_its_point_lies_five_minutes_back(account: Account):
    namespace = unique("N")
    name = alarm(account, namespace, **TIMEOUT)
    settled(account, name, "INSUFFICIENT_DATA")
    put(account, namespace, 300000.0, minutes=6)
    eventually(lambda: described(account, name)["StateValue"] == "ALARM" or None)


def test_9_5_the_report_wrote_it_for_a_function_and_it_alarms_when_that_fails(account: Account):
    function = account.function("subject.fail")
    name = unique("alarm")
    account.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": function.name}],
        **ERROR_RATE,
    )
    assert described(account, name)["StateValue"] == "INSUFFICIENT_DATA"
    function.error()
    eventually(lambda: described(account, name)["StateValue"] == "ALARM" or None)


def test_9_4_1_a_new_alarm_has_insufficient_data(account: Account):
    found = settled(account, alarm(account, unique("N")), "INSUFFICIENT_DATA")
    assert found["StateReason"] == "Insufficient Data: 1 datapoint was unknown."


def test_9_4_2_missing_data_is_treated_as_told(account: Account):
    for treatment, state in (("breaching", "ALARM"), ("notBreaching", "OK")):
        found = settled(account, alarm(account, unique("N"), TreatMissingData=treatment), state)
        assert "1 missing datapoint was treated as [" in found["StateReason"]


def test_9_4_2_m_out_of_n(account: Account):
    namespace = unique("N")
    for minutes, value in ((4, 1.0), (3, 0.0), (2, 1.0)):
        put(account, namespace, value, minutes=minutes)
    several = {"Period": 60, "EvaluationPeriods": 5, "DatapointsToAlarm": 2}
    found = settled(account, alarm(account, namespace, **several), "ALARM")
    assert "2 out of the last 5 datapoints" in found["StateReason"]
    assert "(minimum 2 datapoints for OK -> ALARM transition)" in found["StateReason"]


def test_9_4_a_percentile(account: Account):
    namespace = unique("N")
    put(account, namespace, *range(100))
    name = unique("alarm")
    account.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName="m",
        ExtendedStatistic="p90",
        **{key: value for key, value in ERROR_RATE.items() if key != "Statistic"},
    )
    assert "[89.0 (" in settled(account, name, "ALARM")["StateReason"]


def rate(namespace: str) -> list[dict[str, Any]]:
    def metric(name: str) -> dict[str, Any]:
        stat = {
            "Metric": {"Namespace": namespace, "MetricName": name},
            "Period": 300,
            "Stat": "Sum",
        }
        return {"Id": name, "MetricStat": stat, "ReturnData": False}

    expression = {"Id": "rate", "Expression": "100 * FILL(errors, 0) / invocations"}
    return [expression, metric("errors"), metric("invocations")]


@pytest.mark.parametrize(("errors", "state"), [(5.0, "OK"), (6.0, "ALARM")])
def test_9_5_an_error_rate_by_metric_math(account: Account, errors: float, state: str):
    namespace, name = unique("N"), unique("alarm")
    put(account, namespace, errors, name="errors")
    put(account, namespace, 100.0, name="invocations")
    account.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Metrics=rate(namespace),
        EvaluationPeriods=1,
        Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    settled(account, name, state)


def notified(account: Account) -> tuple[Queue, str]:
    """Return a queue and the topic that it hears."""
    queue = account.queue()
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    account.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    return queue, topic


def test_9_4_5_actions_fire_on_the_transition_and_history_tells(account: Account):
    namespace, (queue, topic) = unique("N"), notified(account)
    name = alarm(account, namespace, AlarmActions=[topic])
    put(account, namespace, 1.0)
    envelope = queue.receive()
    assert envelope["Subject"] == f'ALARM: "{name}" in Asia Pacific (Tokyo)'
    message = json.loads(envelope["Message"])
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert message["AWSAccountId"] == ACCOUNT
    put(account, namespace, 1.0, minutes=1)
    assert queue.is_empty()

    def executed() -> list[str] | None:
        items = account.cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
        return [item["HistorySummary"] for item in items] if len(items) == 3 else None

    assert eventually(executed) == [
        f"Successfully executed action {topic}",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        f'Alarm "{name}" created',
    ]


def test_9_4_5_no_action_while_actions_are_disabled(account: Account):
    queue, topic = notified(account)
    name = alarm(account, unique("N"), OKActions=[topic], TreatMissingData="ignore")
    account.cloudwatch.disable_alarm_actions(AlarmNames=[name])
    account.cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="by hand")
    assert queue.is_empty()
    account.cloudwatch.enable_alarm_actions(AlarmNames=[name])
    for state in ("ALARM", "OK"):
        account.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="again")
    assert json.loads(queue.receive()["Message"])["NewStateReason"] == "again"


def test_9_4_6_a_state_set_by_hand_lasts_until_the_next_evaluation(account: Account):
    namespace = unique("N")
    put(account, namespace, 0.0)
    name = alarm(account, namespace)
    settled(account, name, "OK")
    queue, topic = notified(account)
    given = {"Namespace": namespace, "MetricName": "m", **ERROR_RATE, "AlarmActions": [topic]}
    account.cloudwatch.put_metric_alarm(AlarmName=name, **given)
    account.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    assert json.loads(queue.receive()["Message"])["NewStateReason"] == "by hand"
    eventually(lambda: described(account, name)["StateValue"] == "OK" or None)


def test_an_alarm_invokes_a_function_that_permits_it(account: Account):
    reports = account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    refused = alarm(account, unique("N"), AlarmActions=[function.arn], TreatMissingData="breaching")

    def failed() -> bool | None:
        items = account.cloudwatch.describe_alarm_history(
            AlarmName=refused, HistoryItemType="Action"
        )["AlarmHistoryItems"]
        return True if items and "Failed to execute" in items[0]["HistorySummary"] else None

    assert eventually(failed)
    account.lambda_.add_permission(
        FunctionName=function.name,
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceAccount=ACCOUNT,
    )
    name = alarm(account, unique("N"), AlarmActions=[function.arn], TreatMissingData="breaching")
    event = reports.receive()
    assert event["source"] == "aws.cloudwatch"
    assert event["alarmData"]["alarmName"] == name
    assert event["alarmData"]["state"]["value"] == "ALARM"


def test_eventbridge_hears_of_a_change(account: Account):
    queue, rule = account.queue(), unique("rule")
    pattern = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
    account.events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    account.events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue.arn}])
    name = alarm(account, unique("N"), TreatMissingData="breaching")

    def mine() -> dict[str, Any] | None:
        event: dict[str, Any] = queue.receive()
        return event if event["detail"]["alarmName"] == name else None

    event = eventually(mine)
    assert event["detail"]["state"]["value"] == "ALARM"
    account.events.remove_targets(Rule=rule, Ids=["q"])
    account.events.delete_rule(Name=rule)


def test_alarms_are_changed_tagged_and_deleted(account: Account):
    name = alarm(account, unique("N"), Tags=[{"Key": "team", "Value": "hr"}])
    arn = described(account, name)["AlarmArn"]
    account.cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
    account.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
    tags = account.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "stage", "Value": "test"}]
    account.cloudwatch.delete_alarms(AlarmNames=[name])
    assert account.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
    with pytest.raises(account.cloudwatch.exceptions.ResourceNotFound):
        account.cloudwatch.delete_alarms(AlarmNames=[name])


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Period": 45}, "Period"),
        ({"EvaluationPeriods": 300}, "must be <= 86400"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"TreatMissingData": "perhaps"}, "TreatMissingData"),
        ({"ComparisonOperator": "Above"}, "Member must satisfy enum value set"),
        ({"ThresholdMetricId": "band"}, "ThresholdMetricId of PutMetricAlarm is not emulated"),
    ],
)
def test_9_4_what_is_refused(account: Account, members: dict[str, Any], words: str):
    with pytest.raises(ClientError, match=words):
        alarm(account, unique("N"), **members)
