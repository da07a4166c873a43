from __future__ import annotations

import pytest

from harness.errors import AwsError
from harness.services.cloudwatch.store import Metric, MetricStore
from harness.services.logs.metric_filters import MetricFilters


def request(pattern, **transformation):
    return {
        "logGroupName": "/g",
        "filterName": "f",
        "filterPattern": pattern,
        "metricTransformations": [
            {"metricName": "m", "metricNamespace": "N", "metricValue": "1", **transformation}
        ],
    }


def observed(given, *messages):
    filters, store = MetricFilters(), MetricStore(lambda: 0.0)
    filters.put(given, 0)
    for message in messages:
        for one in filters.of("/g"):
            one.observe(30.0, message, store)
    return store


def values(store, dimensions=()):
    point = store.read(Metric("N", "m", dimensions), 0, 60, 60).get(0)
    return None if point is None else point.values


@pytest.mark.parametrize(
    ("given", "messages", "expected"),
    [
        (request("ERROR"), ["ERROR a", "INFO", "ERROR b"], {1.0: 2}),
        (request("ERROR", metricValue="2.5"), ["ERROR"], {2.5: 1}),
        (request("ERROR", defaultValue=0.0), ["ERROR", "INFO"], {1.0: 1, 0.0: 1}),
        (request("{ $.ms > 1 }", metricValue="$.ms"), ['{"ms": 7}', '{"ms": 0}'], {7.0: 1}),
        (request("{ $.a = 1 }", metricValue="$.ms"), ['{"a": 1, "ms": 3}'], {3.0: 1}),
        (request("{ $.a = 1 }", metricValue="$.ms"), ['{"a": 1, "ms": "x"}'], None),
        (request("[word, size]", metricValue="$size"), ["took 12"], {12.0: 1}),
    ],
)
def test_the_values_of_matches(given, messages, expected):
    assert values(observed(given, *messages)) == expected


def test_dimensions_are_taken_from_the_event():
    given = request("{ $.ms > 0 }", metricValue="$.ms", dimensions={"stage": "$.stage"})
    store = observed(given, '{"ms": 1, "stage": "embed"}', '{"ms": 2}')
    assert values(store, (("stage", "embed"),)) == {1.0: 1}
    assert values(store) == {2.0: 1}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (request("a-b"), "InvalidParameterException"),
        (request("a", metricValue="one"), "InvalidParameterException"),
        (request("a", metricNamespace="AWS/Lambda"), "InvalidParameterException"),
        (request("a", dimensions={"d": "$.d"}, defaultValue=0), "InvalidParameterException"),
        ({**request("a"), "applyOnTransformedLogs": True}, "NotImplemented"),
    ],
)
def test_what_is_refused(given, code):
    with pytest.raises(AwsError) as refused:
        MetricFilters().put(given, 0)
    assert refused.value.code == code


def test_filters_are_described_replaced_and_deleted():
    filters = MetricFilters()
    filters.put(request("a"), 5)
    filters.put(request("b"), 6)
    filters.put({**request("c"), "filterName": "g"}, 7)
    (found,) = filters.describe({"logGroupName": "/g", "filterNamePrefix": "f"})["metricFilters"]
    assert (found["filterPattern"], found["creationTime"]) == ("b", 6)
    wanted = {"metricName": "m", "metricNamespace": "N"}
    assert len(filters.describe(wanted)["metricFilters"]) == 2
    assert filters.describe({**wanted, "metricName": "x"})["metricFilters"] == []
    filters.delete("/g", "f")
    with pytest.raises(AwsError, match="ResourceNotFoundException"):
        filters.delete("/g", "f")
    filters.forget("/g")
    assert filters.of("/g") == ()
