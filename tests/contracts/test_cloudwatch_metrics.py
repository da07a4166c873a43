"""Metrics through CloudWatch's API (aws-behaviour §9.1 to §9.3)."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, eventually, unique

HOUR = timedelta(hours=1)


def put(account: Account, namespace: str, *values: float, **datum: Any) -> None:
    given = {"MetricName": "m", "Values": list(values), "Timestamp": datetime.now(UTC), **datum}
    account.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[given])


def values(account: Account, *queries: dict[str, Any], **members: Any) -> dict[str, list[float]]:
    now = datetime.now(UTC)
    request = {"StartTime": now - HOUR, "EndTime": now + HOUR, **members}
    found = account.cloudwatch.get_metric_data(MetricDataQueries=list(queries), **request)
    return {result["Id"]: result["Values"] for result in found["MetricDataResults"]}


def query(
    identifier: str, namespace: str, name: str = "m", stat: str = "Sum", **dimensions: str
) -> dict[str, Any]:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": named}
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": 3600, "Stat": stat}}


def test_9_1_statistics_and_percentiles_of_what_was_put(account: Account):
    namespace = unique("N")
    put(account, namespace, *range(1, 101), Counts=[1] * 100, Unit="Milliseconds")
    now = datetime.now(UTC)
    (point,) = account.cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="m",
        StartTime=now - HOUR,
        EndTime=now + HOUR,
        Period=7200,
        Statistics=["SampleCount", "Average", "Maximum"],
        ExtendedStatistics=["p90", "tm(10%:90%)"],
    )["Datapoints"]
    assert (point["SampleCount"], point["Average"], point["Maximum"]) == (100, 50.5, 100)
    assert point["ExtendedStatistics"] == {"p90": 90, "tm(10%:90%)": 50.5}
    assert point["Unit"] == "Milliseconds"


def test_9_1_metric_math_and_search(account: Account):
    namespace = unique("N")
    put(account, namespace, 1, 3)
    found = values(
        account,
        query("a", namespace),
        query("n", namespace, stat="SampleCount"),
        {"Id": "mean", "Expression": "a / n"},
        {"Id": "s", "Expression": f"SEARCH('Namespace=\"{namespace}\"', 'Maximum', 3600)"},
    )
    assert {name: sum(result) for name, result in found.items()} == {
        "a": 4,
        "n": 2,
        "mean": 2,
        "s": 3,
    }


def test_9_1_an_invocation_counts_for_function_resource_and_region(account: Account):
    function = account.function("subject.echo")
    account.lambda_.publish_version(FunctionName=function.name)
    function.result()
    function.result(Qualifier="$LATEST")
    invocations = {"namespace": "AWS/Lambda", "name": "Invocations"}
    named = {"FunctionName": function.name, "Resource": function.name}
    found = values(
        account,
        query("own", **invocations, FunctionName=function.name),
        query("resource", **invocations, **named),
        query("region", **invocations),
    )
    assert sum(found["own"]) == 2
    assert sum(found["resource"]) >= 1
    assert sum(found["region"]) >= 2


def test_9_2_a_bucket_has_its_size_and_number_of_objects_with_all_versions(account: Account):
    bucket = account.bucket(versioned=True)
    for body in (b"12345", b"123"):
        account.s3.put_object(Bucket=bucket, Key="k", Body=body)
    storage = {"BucketName": bucket, "StorageType": "StandardStorage"}
    number = {"BucketName": bucket, "StorageType": "AllStorageTypes"}
    queries = (
        query("size", "AWS/S3", "BucketSizeBytes", "Average", **storage),
        query("number", "AWS/S3", "NumberOfObjects", "Average", **number),
    )
    for one in queries:
        one["MetricStat"]["Period"] = 86400
    assert values(account, *queries) == {"size": [8], "number": [2]}
    listed = account.cloudwatch.list_metrics(
        Namespace="AWS/S3", Dimensions=[{"Name": "BucketName", "Value": bucket}]
    )["Metrics"]
    assert {metric["MetricName"] for metric in listed} == {"BucketSizeBytes", "NumberOfObjects"}


def test_9_2_requests_count_only_with_a_metrics_configuration(account: Account):
    bucket = account.bucket()
    account.s3.put_object(Bucket=bucket, Key="uploads/before", Body=b"1")
    configuration = {"Id": "uploads", "Filter": {"Prefix": "uploads/"}}
    account.s3.put_bucket_metrics_configuration(
        Bucket=bucket, Id="uploads", MetricsConfiguration=configuration
    )
    listed = account.s3.list_bucket_metrics_configurations(Bucket=bucket)
    assert listed["MetricsConfigurationList"] == [configuration]
    account.s3.put_object(Bucket=bucket, Key="uploads/a", Body=b"12345")
    account.s3.put_object(Bucket=bucket, Key="elsewhere", Body=b"12345")
    account.s3.get_object(Bucket=bucket, Key="uploads/a")["Body"].read()
    with pytest.raises(ClientError):
        account.s3.get_object(Bucket=bucket, Key="uploads/none")
    named = {"BucketName": bucket, "FilterId": "uploads"}
    names = ("AllRequests", "PutRequests", "GetRequests", "4xxErrors", "BytesDownloaded")
    queries = [query(f"q{n}", "AWS/S3", name, **named) for n, name in enumerate(names)]
    found = values(account, *queries)
    totals = [sum(found[f"q{n}"]) for n in range(len(names))]
    assert totals[:4] == [3, 1, 2, 1]
    assert totals[4] >= 5
    account.s3.delete_bucket_metrics_configuration(Bucket=bucket, Id="uploads")
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        account.s3.get_bucket_metrics_configuration(Bucket=bucket, Id="uploads")


def test_9_3_printed_lines_become_metrics_and_logged_ones_do_not(account: Account):
    """Trap 43: through a logger the line gets a prefix and is text like any other."""
    namespace, function = unique("N"), account.function("subject.embed_metrics")
    function.result({"namespace": namespace, "chunks": [3, 5]})

    def reached() -> list[float] | None:
        asked = query("m", namespace, "chunks", stage="embed")
        return values(account, asked)["m"] or None

    assert eventually(reached) == [8]


def test_9_3_events_put_by_hand_become_metrics_too(account: Account):
    namespace, group, now = unique("N"), unique("/g"), int(time.time() * 1000)
    directive = {"Namespace": namespace, "Dimensions": [[]], "Metrics": [{"Name": "m"}]}
    metadata = {"Timestamp": now, "CloudWatchMetrics": [directive]}
    account.logs.create_log_group(logGroupName=group)
    account.logs.create_log_stream(logGroupName=group, logStreamName="s")
    account.logs.put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": json.dumps({"_aws": metadata, "m": 4})}],
    )
    assert values(account, query("m", namespace)) == {"m": [4]}


def test_sqs_queues_have_their_depth(account: Account):
    queue = account.queue()
    queue.send()
    queue.send()
    name = queue.arn.rpartition(":")[2]
    depth = query("d", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=name)
    assert values(account, depth) == {"d": [2]}


@pytest.mark.parametrize(
    ("operation", "members", "code"),
    [
        ("put_metric_data", {"Namespace": "N", "MetricData": [{"MetricName": "m"}]}, "Missing"),
        (
            "put_metric_data",
            {"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": float("nan")}]},
            "InvalidParameterValue",
        ),
        ("put_composite_alarm", {"AlarmName": "a", "AlarmRule": "ALARM(b)"}, "NotImplemented"),
        ("put_anomaly_detector", {}, "NotImplemented"),
        ("list_metrics", {"NextToken": "x"}, "InvalidNextToken"),
        (
            "get_metric_data",
            {
                "StartTime": 0,
                "EndTime": 60,
                "MetricDataQueries": [{"Id": "e", "Expression": "ANOMALY_DETECTION_BAND(m)"}],
            },
            "the function ANOMALY_DETECTION_BAND is not emulated here",
        ),
    ],
)
def test_what_is_refused_is_refused_by_name(
    account: Account, operation: str, members: dict[str, Any], code: str
):
    with pytest.raises(ClientError, match=code):
        getattr(account.cloudwatch, operation)(**members)
