"""GetMetricData, GetMetricStatistics and ListMetrics on a store of known points."""

from __future__ import annotations

import pytest

from harness.errors import AwsError
from harness.services.cloudwatch.list_metrics import list_metrics
from harness.services.cloudwatch.metric_data import get_metric_data
from harness.services.cloudwatch.metric_statistics import get_metric_statistics
from harness.services.cloudwatch.store import Metric, MetricStore

T = 1_700_000_100  # a multiple of 300
NOW = float(T + 3600)
ONE = {"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "a", "Value": "1"}]}


@pytest.fixture
def store():
    filled = MetricStore(lambda: NOW)
    for minute in range(10):
        filled.add(Metric("N", "m", (("a", "1"),)), minute, "Count", T + 60 * minute)
    filled.add(Metric("N", "m", (("a", "2"),)), 5, "Count", T)
    return filled


def query(identifier="m1", stat="Sum", period=60, **more):
    return {
        "Id": identifier,
        "MetricStat": {"Metric": ONE, "Period": period, "Stat": stat},
        **more,
    }


def data(store, *queries, **members):
    request = {
        "MetricDataQueries": list(queries),
        "StartTime": float(T),
        "EndTime": float(T + 600),
        **members,
    }
    return get_metric_data(request, store, NOW)


def test_latest_first_unless_asked_otherwise(store):
    (found,) = data(store, query())["MetricDataResults"]
    assert found["Values"] == [float(n) for n in range(9, -1, -1)]
    assert found["Timestamps"][0] == T + 540
    assert (found["Label"], found["StatusCode"]) == ("m", "Complete")
    (found,) = data(store, query(), ScanBy="TimestampAscending")["MetricDataResults"]
    assert found["Values"][0] == 0


def test_periods_begin_at_multiples_of_their_length(store):
    (found,) = data(store, query(period=300), StartTime=float(T + 130))["MetricDataResults"]
    assert dict(zip(found["Timestamps"], found["Values"], strict=True)) == {T: 10, T + 300: 35}


def test_the_end_is_not_included(store):
    (found,) = data(store, query(), EndTime=float(T + 60))["MetricDataResults"]
    assert found["Timestamps"] == [T]


def test_expressions_beside_the_metrics_they_use(store):
    queries = (query(ReturnData=False), {"Id": "e", "Expression": "m1 * 2", "Label": "double"})
    (found,) = data(store, *queries)["MetricDataResults"]
    assert (found["Id"], found["Label"], found["Values"][0]) == ("e", "double", 18)


def test_a_search_has_a_result_for_each_metric(store):
    search = {"Id": "s", "Expression": "SEARCH('{N,a} m', 'Sum', 300)"}
    found = data(store, search)["MetricDataResults"]
    assert [(one["Id"], one["Label"], one["Values"]) for one in found] == [
        ("s", "1 m", [35, 10]),
        ("s", "2 m", [5]),
    ]


def test_pages_have_every_point_once(store):
    second = query("m2", stat="Average")
    seen, token = {"m1": [], "m2": []}, None
    while True:
        more = {"NextToken": token} if token else {}
        page = data(store, query(), second, MaxDatapoints=7, **more)
        assert sum(len(one["Values"]) for one in page["MetricDataResults"]) <= 7
        for one in page["MetricDataResults"]:
            seen[one["Id"]] += one["Values"]
        token = page["NextToken"]
        if not token:
            break
        assert page["MetricDataResults"][-1]["StatusCode"] in ("PartialData", "Complete")
    assert seen == {name: [float(n) for n in range(9, -1, -1)] for name in ("m1", "m2")}


@pytest.mark.parametrize(
    ("queries", "members", "code"),
    [
        ([query()], {"EndTime": float(T)}, "ValidationError"),
        ([query()], {"NextToken": "x"}, "InvalidNextToken"),
        ([query(stat="p101")], {}, "InvalidParameterValue"),
        ([query(period=7)], {}, "InvalidParameterValue"),
        ([query("M1")], {}, "ValidationError"),
        ([query(), query()], {}, "ValidationError"),
        ([{"Id": "e", "Expression": "e + 1"}], {}, "ValidationError"),
        ([query(ReturnData=False)], {}, "ValidationError"),
        ([query(str(n)) for n in range(501)], {}, "ValidationError"),
        ([query(AccountId="1")], {}, "NotImplemented"),
    ],
)
def test_what_is_refused(store, queries, members, code):
    with pytest.raises(AwsError) as refused:
        data(store, *queries, **members)
    assert refused.value.code == code


def test_a_range_of_centuries_is_cut_to_what_aws_keeps(store):
    fill = {"Id": "f", "Expression": "FILL(m1, 0)"}
    members = {"StartTime": -1e9, "EndTime": 9e9, "MaxDatapoints": 5}
    for period in (1, 60, 3600):
        assert data(store, query(period=period), fill, **members)["MetricDataResults"]


def statistics(store, **members):
    request = {**ONE, "StartTime": float(T), "EndTime": float(T + 600), "Period": 300, **members}
    return get_metric_statistics(request, store)


def test_statistics_by_periods_from_the_start(store):
    found = statistics(store, Statistics=["Sum", "Maximum"], ExtendedStatistics=["p50"])
    assert found == {
        "Label": "m",
        "Datapoints": [
            {
                "Timestamp": T,
                "Unit": "Count",
                "Sum": 10,
                "Maximum": 4,
                "ExtendedStatistics": {"p50": 2},
            },
            {
                "Timestamp": T + 300,
                "Unit": "Count",
                "Sum": 35,
                "Maximum": 9,
                "ExtendedStatistics": {"p50": 7},
            },
        ],
    }
    later = statistics(store, Statistics=["Sum"], StartTime=T + 61.5)["Datapoints"]
    assert [point["Timestamp"] for point in later] == [T + 60, T + 360]


def test_statistics_of_one_unit(store):
    assert statistics(store, Statistics=["Sum"], Unit="Bytes")["Datapoints"] == []


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({}, "InvalidParameterCombination", "Must specify either"),
        ({"Statistics": ["Sum"], "EndTime": float(T)}, "InvalidParameterValue", "less than"),
        ({"Statistics": ["Sum"], "Period": 61}, "InvalidParameterValue", "Period"),
        ({"ExtendedStatistics": ["q5"]}, "InvalidParameterValue", "q5"),
        (
            {"Statistics": ["Sum"], "Period": 60, "EndTime": T + 86400 * 2.0},
            "InvalidParameterCombination",
            "up to 2,880 datapoints, which exceeds the limit of 1,440",
        ),
    ],
)
def test_what_is_refused_of_statistics(store, members, code, words):
    with pytest.raises(AwsError, match=words) as refused:
        statistics(store, **members)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("request_", "number"),
    [
        ({}, 2),
        ({"Namespace": "N", "MetricName": "m"}, 2),
        ({"Namespace": "O"}, 0),
        ({"Dimensions": [{"Name": "a"}]}, 2),
        ({"Dimensions": [{"Name": "a", "Value": "2"}]}, 1),
        ({"Dimensions": [{"Name": "b"}]}, 0),
    ],
)
def test_which_metrics_are_listed(store, request_, number):
    assert len(list_metrics(request_, store, NOW)["Metrics"]) == number


def test_metrics_are_listed_in_pages_and_for_a_while():
    store = MetricStore(lambda: NOW)
    for number in range(501):
        store.add(Metric("N", f"m{number:03}"), 1, "Count", NOW)
    first = list_metrics({}, store, NOW)
    second = list_metrics({"NextToken": first["NextToken"]}, store, NOW)
    assert (len(first["Metrics"]), len(second["Metrics"])) == (500, 1)
    assert second["NextToken"] is None
    assert list_metrics({"RecentlyActive": "PT3H"}, store, NOW + 4 * 3600)["Metrics"] == []
    assert list_metrics({}, store, NOW + 15 * 86400)["Metrics"] == []
