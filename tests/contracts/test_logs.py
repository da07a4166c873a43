"""Log groups through CloudWatch Logs' API: written, read, searched (aws-behaviour §1.10)."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests.contracts.account import Account, unique


def group(account: Account, *messages: str, stream: str = "s") -> str:
    name = unique("/group")
    account.logs.create_log_group(logGroupName=name)
    account.logs.create_log_stream(logGroupName=name, logStreamName=stream)
    if messages:
        put(account, name, *messages, stream=stream)
    return name


def milliseconds() -> int:
    return int(time.time() * 1000)


def put(
    account: Account, name: str, *messages: str, stream: str = "s", at: int | None = None
) -> None:
    """Write messages a millisecond apart, from `at` or from now."""
    now = milliseconds() if at is None else at
    account.logs.put_log_events(
        logGroupName=name,
        logStreamName=stream,
        logEvents=[{"timestamp": now + n, "message": text} for n, text in enumerate(messages)],
    )


def found(account: Account, name: str, **members: Any) -> list[str]:
    pages = account.logs.get_paginator("filter_log_events")
    answers = pages.paginate(logGroupName=name, **members)
    return [event["message"] for answer in answers for event in answer["events"]]


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("ERROR", [0, 3]),
        ("ERROR -timeout", [0]),
        ('"Task timed"', [2]),
        ("?parsed ?timed", [1, 2]),
        ('{ $.level = "ERROR" && $.ms > 100 }', [3]),
        ("[level=*ERROR*, word, ...]", [0]),
    ],
)
def test_a_group_is_searched_by_patterns(account: Account, pattern: str, numbers: list[int]):
    lines = [
        "[ERROR] broken 12",
        "parsed",
        "Task timed out after 3.00 seconds",
        json.dumps({"level": "ERROR", "ms": 120, "why": "timeout"}),
    ]
    name = group(account, *lines)
    assert found(account, name, filterPattern=pattern) == [lines[number] for number in numbers]


def test_following_a_group_misses_nothing_and_repeats_nothing(account: Account):
    """What `aws logs tail --follow` does: pages by nextToken, then again from the last event's
    time, leaving out the ids it has seen.
    """
    name = group(account)
    seen: list[str] = []
    ids: set[str] = set()
    start, began = 0, milliseconds()
    for turn in range(4):
        put(account, name, *(f"{turn}-{n}" for n in range(5)), at=began + 4 * turn)
        token: dict[str, str] = {}
        while True:
            answer = account.logs.filter_log_events(
                logGroupName=name, startTime=start, interleaved=True, limit=2, **token
            )
            for event in answer["events"]:
                if event["eventId"] not in ids:
                    seen.append(event["message"])
                    ids.add(event["eventId"])
                start = max(start, event["timestamp"])
            if "nextToken" not in answer:
                break
            token = {"nextToken": answer["nextToken"]}
    assert sorted(seen) == sorted(f"{turn}-{n}" for turn in range(4) for n in range(5))


def test_a_stream_is_read_in_both_directions(account: Account):
    name = group(account, *"abcde")
    stream = {"logGroupName": name, "logStreamName": "s"}
    last = account.logs.get_log_events(**stream, limit=2)
    assert [event["message"] for event in last["events"]] == ["d", "e"]
    before = account.logs.get_log_events(**stream, limit=2, nextToken=last["nextBackwardToken"])
    assert [event["message"] for event in before["events"]] == ["b", "c"]
    end = account.logs.get_log_events(**stream, nextToken=last["nextForwardToken"])
    assert (end["events"], end["nextForwardToken"]) == ([], last["nextForwardToken"])
    first = account.logs.get_log_events(**stream, limit=1, startFromHead=True)
    assert [event["message"] for event in first["events"]] == ["a"]


def test_streams_are_listed_by_name_or_by_their_last_event(account: Account):
    name = group(account, "first", stream="b")
    account.logs.create_log_stream(logGroupName=name, logStreamName="a")
    put(account, name, "later", "latest", stream="a")
    account.logs.create_log_stream(logGroupName=name, logStreamName="empty")

    def names(**members: Any) -> list[str]:
        pages = account.logs.get_paginator("describe_log_streams")
        answers = pages.paginate(logGroupName=name, PaginationConfig={"PageSize": 2}, **members)
        return [stream["logStreamName"] for answer in answers for stream in answer["logStreams"]]

    assert names() == ["a", "b", "empty"]
    assert names(orderBy="LastEventTime", descending=True) == ["a", "b", "empty"]
    assert names(logStreamNamePrefix="e") == ["empty"]
    (empty,) = account.logs.describe_log_streams(logGroupName=name, logStreamNamePrefix="empty")[
        "logStreams"
    ]
    assert "lastEventTimestamp" not in empty
    assert found(account, name, logStreamNamePrefix="b") == ["first"]
    assert found(account, name, logStreamNames=["a"]) == ["later", "latest"]


def test_events_too_old_or_new_are_left_out_and_named(account: Account):
    name, now, day = group(account), int(time.time() * 1000), 86_400_000
    answer = account.logs.put_log_events(
        logGroupName=name,
        logStreamName="s",
        logEvents=[
            {"timestamp": now - 15 * day, "message": "old"},
            {"timestamp": now, "message": "kept"},
            {"timestamp": now + day, "message": "new"},
        ],
    )
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 1,
        "tooNewLogEventStartIndex": 2,
    }
    assert found(account, name) == ["kept"]


def test_a_metric_filter_counts_what_it_matches(account: Account):
    name, namespace = group(account), unique("N")
    account.logs.put_metric_filter(
        logGroupName=name,
        filterName="slow",
        filterPattern="{ $.ms > 100 }",
        metricTransformations=[
            {"metricName": "slow", "metricNamespace": namespace, "metricValue": "$.ms"}
        ],
    )
    put(account, name, '{"ms": 50}', '{"ms": 150}', '{"ms": 250}')
    now = time.time()
    (point,) = account.cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="slow",
        StartTime=now - 3600,
        EndTime=now + 3600,
        Period=7200,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    assert (point["Sum"], point["SampleCount"]) == (400, 2)
    (filter_,) = account.logs.describe_metric_filters(logGroupName=name)["metricFilters"]
    assert filter_["filterPattern"] == "{ $.ms > 100 }"
    account.logs.delete_metric_filter(logGroupName=name, filterName="slow")
    matches = account.logs.test_metric_filter(
        filterPattern="[word, n > 1]", logEventMessages=["a 1", "b 2"]
    )["matches"]
    assert matches == [
        {"eventNumber": 2, "eventMessage": "b 2", "extractedValues": {"$word": "b", "$n": "2"}}
    ]


def test_a_request_without_a_signature_finds_the_same_events(account: Account):
    name = group(account, "a")
    unsigned = account.client("logs", signature_version=UNSIGNED)
    assert unsigned.filter_log_events(logGroupName=name)["events"][0]["message"] == "a"


def test_a_deleted_group_takes_its_events_along(account: Account):
    name = group(account, "a")
    (described,) = account.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert described["storedBytes"] == 27
    account.logs.delete_log_group(logGroupName=name)
    with pytest.raises(account.logs.exceptions.ResourceNotFoundException):
        found(account, name)
    account.logs.create_log_group(logGroupName=name)
    assert found(account, name) == []


@pytest.mark.parametrize(
    ("operation", "members", "words"),
    [
        ("filter_log_events", {"logGroupName": "/none"}, "The specified log group does not exist"),
        ("filter_log_events", {"filterPattern": "a-b"}, "Invalid filter pattern"),
        ("filter_log_events", {"nextToken": "x"}, "nextToken is invalid"),
        (
            "filter_log_events",
            {"limit": 10_001},
            "Member must have value less than or equal to 10000",
        ),
        (
            "filter_log_events",
            {"logStreamNames": ["a"], "logStreamNamePrefix": "a"},
            "mutually exclusive",
        ),
        ("get_log_events", {"logStreamName": "none"}, "The specified log stream does not exist"),
        ("create_log_stream", {"logStreamName": "s"}, "already exists"),
        ("delete_log_stream", {"logStreamName": "none"}, "log stream does not exist"),
        (
            "describe_log_streams",
            {"orderBy": "LastEventTime", "logStreamNamePrefix": "a"},
            "Cannot order by LastEventTime",
        ),
        (
            "start_query",
            {"startTime": 0, "endTime": 1, "queryString": "fields @message"},
            "logs:StartQuery is not emulated here",
        ),
        (
            "put_subscription_filter",
            {"filterName": "f", "filterPattern": "", "destinationArn": "arn:aws:lambda:x"},
            "logs:PutSubscriptionFilter is not emulated here",
        ),
    ],
)
def test_what_is_refused(account: Account, operation: str, members: dict[str, Any], words: str):
    name = group(account)
    with pytest.raises(ClientError, match=words):
        getattr(account.logs, operation)(**{"logGroupName": name, **members})
