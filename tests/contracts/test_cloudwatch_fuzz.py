"""Malformed requests to CloudWatch and CloudWatch Logs, in every protocol clients speak.

Whatever arrives is answered in that protocol, as a refusal or a result: never a hang or a 5xx.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.protocols import cbor
from tests.contracts.account import Account
from tests.contracts.wire import connected

METRICS = ["PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricAlarm"]
METRICS += ["DescribeAlarms", "SetAlarmState", "DescribeAlarmHistory", "DeleteAlarms", "Nonsense"]
LOGS = ["PutLogEvents", "GetLogEvents", "FilterLogEvents", "DescribeLogStreams", "CreateLogStream"]
LOGS += ["PutMetricFilter", "DescribeMetricFilters", "TestMetricFilter", "StartQuery", "Nonsense"]

NAMES = ["Namespace", "MetricName", "MetricData", "Value", "Values", "Timestamp", "Dimensions"]
NAMES += ["Name", "MetricDataQueries", "Id", "Expression", "StartTime", "EndTime", "Period", "Stat"]
NAMES += ["AlarmName", "AlarmNames", "StateValue", "StateReason", "NextToken", "MaxRecords"]
NAMES += ["logGroupName", "logStreamName", "logEvents", "timestamp", "message", "nextToken"]
NAMES += ["filterPattern", "filterName", "metricTransformations", "limit", "logEventMessages"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["OK", "m1/0", "{ $.a = 1 }", "p99", "Sum", "/g", "2026-01-01T00:00:00Z"])
)
members = st.dictionaries(
    st.sampled_from(NAMES),
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        ),
        max_leaves=8,
    ),
    max_size=7,
)
fuzzed = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


Post = Callable[[str, str, dict[str, str], bytes], Any]


@pytest.fixture(scope="session")
def post(account: Account) -> Post:
    """Return what sends (service, path, headers, body) and returns the answer."""

    def send(service: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        with connected(account.url, {**account.signed(service), **headers}) as wire:
            wire.request(f"POST {path}", body=body)
            return wire.answer("POST")

    return send


def in_cbor(post: Post, operation: str, body: bytes) -> tuple[int, str]:
    path = f"/service/GraniteServiceVersion20100801/operation/{operation}"
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    found = post("monitoring", path, headers, body)
    return found.status, (cbor.loads(found.content) if found.content else {}).get("__type", "")


def code(document: bytes) -> str:
    """Return the code of an error in XML, "" when it is none."""
    return ET.fromstring(document).findtext(".//{*}Code") or ""  # noqa: S314 - our own answer


def check(status: int, given: str) -> None:
    """A refusal says what it is; only what is not emulated is a 501."""
    assert status == 200 or 400 <= status < 500 or status == 501
    assert status == 200 or given


@fuzzed
@given(st.sampled_from(METRICS), members)
def test_cbor(post: Post, operation: str, content: dict[str, Any]):
    check(*in_cbor(post, operation, cbor.dumps(content)))


@fuzzed
@given(st.sampled_from(METRICS), st.binary(max_size=60))
def test_what_is_no_cbor(post: Post, operation: str, body: bytes):
    check(*in_cbor(post, operation, body))


@fuzzed
@given(
    st.one_of(
        st.tuples(
            st.just(("monitoring", "GraniteServiceVersion20100801")), st.sampled_from(METRICS)
        ),
        st.tuples(st.just(("logs", "Logs_20140328")), st.sampled_from(LOGS)),
    ),
    members.map(lambda content: json.dumps(content).encode()) | st.binary(max_size=60),
)
def test_json(post: Post, named: tuple[tuple[str, str], str], body: bytes):
    (service, target), operation = named
    headers = {"x-amz-target": f"{target}.{operation}"}
    found = post(service, "/", headers, body)
    check(found.status, json.loads(found.content or b"{}").get("__type", ""))


@fuzzed
@given(
    st.sampled_from(METRICS),
    st.dictionaries(
        st.lists(st.sampled_from([*NAMES, "member", "1", "2", "999999999"]), max_size=5).map(
            ".".join
        ),
        st.text(max_size=8) | st.sampled_from(["1", "OK", "2026-01-01T00:00:00Z", "NaN", "1e400"]),
        max_size=8,
    ),
)
def test_query(post: Post, operation: str, fields: dict[str, str]):
    body = urlencode({"Action": operation, "Version": "2010-08-01", **fields}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    found = post("monitoring", "/", headers, body)
    check(found.status, code(found.content))


AT = 1_795_000_000
VALID: dict[tuple[str, str], dict[str, Any]] = {
    ("monitoring", "GraniteServiceVersion20100801.PutMetricData"): {
        "Namespace": "N",
        "MetricData": [{"MetricName": "m", "Values": [1], "Counts": [1], "Unit": "Count"}],
    },
    ("monitoring", "GraniteServiceVersion20100801.GetMetricData"): {
        "StartTime": AT,
        "EndTime": AT + 60,
        "MetricDataQueries": [
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {"Namespace": "N", "MetricName": "m", "Dimensions": []},
                    "Period": 60,
                    "Stat": "Sum",
                },
            },
            {"Id": "e", "Expression": "FILL(m, 0) * 2", "Label": "e"},
        ],
    },
    ("monitoring", "GraniteServiceVersion20100801.GetMetricStatistics"): {
        "Namespace": "N",
        "MetricName": "m",
        "StartTime": AT,
        "EndTime": AT + 60,
        "Period": 60,
        "Statistics": ["Sum"],
        "ExtendedStatistics": ["p99"],
    },
    ("monitoring", "GraniteServiceVersion20100801.PutMetricAlarm"): {
        "AlarmName": "fuzzed",
        "Namespace": "N",
        "MetricName": "m",
        "Dimensions": [{"Name": "a", "Value": "b"}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 1.5,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "ignore",
    },
    ("monitoring", "GraniteServiceVersion20100801.SetAlarmState"): {
        "AlarmName": "fuzzed",
        "StateValue": "OK",
        "StateReason": "r",
        "StateReasonData": "{}",
    },
    ("logs", "Logs_20140328.FilterLogEvents"): {
        "logGroupName": "/g",
        "filterPattern": "{ $.a = 1 }",
        "startTime": 0,
        "endTime": 9,
        "limit": 5,
        "logStreamNames": ["s"],
    },
    ("logs", "Logs_20140328.TestMetricFilter"): {
        "filterPattern": "[a, ..., b > 1]",
        "logEventMessages": ["x 1 2"],
    },
}


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside a request."""
    if not isinstance(value, (dict, list)):
        return [way]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [way, *(place for key, item in inner for place in places(item, (*way, key)))]


def replaced(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    copy = value.copy()
    copy[way[0]] = replaced(value[way[0]], way[1:], new)
    return copy


@fuzzed
@given(st.data())
def test_a_valid_request_with_one_value_replaced(post: Post, data: st.DataObject):
    service, target = data.draw(st.sampled_from(sorted(VALID)))
    valid = VALID[(service, target)]
    way = data.draw(st.sampled_from(places(valid)))
    new = data.draw(scalars | st.lists(scalars, max_size=2) | members)
    body = json.dumps(replaced(valid, way, new)).encode()
    found = post(service, "/", {"x-amz-target": target}, body)
    check(found.status, json.loads(found.content or b"{}").get("__type", ""))


@pytest.mark.parametrize("bucket", ["missing", "made"])
@pytest.mark.parametrize("body", [b"", b"<", b"<a/>", b"<MetricsConfiguration/>", b"\xff"])
def test_metrics_configurations(account: Account, bucket: str, body: bytes):
    name = account.bucket() if bucket == "made" else "no-such-bucket"
    with connected(account.url, account.signed("s3")) as wire:
        wire.request(f"PUT /{name}?metrics&id=a", body=body)
        found = wire.answer("PUT")
    expected = ("MalformedXML", 400) if bucket == "made" else ("NoSuchBucket", 404)
    assert (code(found.content), found.status) == expected
