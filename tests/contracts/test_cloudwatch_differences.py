"""Where metrics, alarms and logs differ from AWS; docs/services/cloudwatch.md and logs.md say so.

A difference that goes away fails its test, and the list is corrected.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, eventually, unique
from tests.contracts.test_cloudwatch_alarms import alarm, described, put
from tests.contracts.test_cloudwatch_metrics import query, values
from tests.contracts.test_logs import group

DAY_MS = 86_400_000


def test_differs_the_end_of_a_minute_comes_sooner_in_a_scaled_run(account: Account):
    """On AWS, and without --time-scale, a point of this minute counts when the minute is over."""
    namespace = unique("N")
    name = alarm(account, namespace, Period=60)
    put(account, namespace, 1.0, minutes=0)
    eventually(lambda: described(account, name)["StateValue"] == "ALARM" or None)


def test_differs_a_bucket_is_measured_when_it_is_asked_about(account: Account):
    """On AWS yesterday's size appears some time today."""
    bucket = account.bucket()
    size = query(
        "s",
        "AWS/S3",
        "BucketSizeBytes",
        "Average",
        BucketName=bucket,
        StorageType="StandardStorage",
    )
    size["MetricStat"]["Period"] = 86400
    assert values(account, size) == {"s": [0]}
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"12345")
    assert values(account, size) == {"s": [5]}


def test_differs_namespaces_of_aws_can_be_written_to(account: Account):
    """AWS's guide asks not to; here it is how a test tries an alarm on such a metric."""
    name = unique("metric")
    put(account, "AWS/Lambda", 1.0, name=name)
    assert values(account, query("m", "AWS/Lambda", name)) == {"m": [1]}


def test_differs_labels_are_taken_as_they_are(account: Account):
    """On AWS `${MAX}` and the like are replaced."""
    namespace, now = unique("N"), datetime.now(UTC)
    put(account, namespace, 1.0)
    labelled = {**query("m", namespace), "Label": "${MAX}"}
    (found,) = account.cloudwatch.get_metric_data(
        MetricDataQueries=[labelled], StartTime=now - timedelta(hours=1), EndTime=now
    )["MetricDataResults"]
    assert found["Label"] == "${MAX}"


def test_differs_composite_alarms_are_refused(account: Account):
    with pytest.raises(ClientError, match="cloudwatch:PutCompositeAlarm is not emulated here"):
        account.cloudwatch.put_composite_alarm(AlarmName="a", AlarmRule="ALARM(b)")


def test_differs_logs_insights_is_refused(account: Account):
    with pytest.raises(ClientError, match="logs:StartQuery is not emulated here"):
        account.logs.start_query(
            logGroupName=group(account), startTime=0, endTime=1, queryString="fields @message"
        )


def test_differs_events_are_kept_beyond_their_retention(account: Account):
    """On AWS an event older than the group's retention is rejected."""
    name = group(account)
    account.logs.put_retention_policy(logGroupName=name, retentionInDays=1)
    answer = account.logs.put_log_events(
        logGroupName=name,
        logStreamName="s",
        logEvents=[{"timestamp": int(time.time() * 1000) - 2 * DAY_MS, "message": "old"}],
    )
    assert "rejectedLogEventsInfo" not in answer


def test_the_documentation_lists_exactly_these():
    pages = Path(__file__).parents[2] / "docs" / "services"
    here = {name for name in globals() if name.startswith("test_differs_")}
    text = (pages / "cloudwatch.md").read_text() + (pages / "logs.md").read_text()
    assert set(re.findall(r"`(test_differs_\w+)`", text)) == here
