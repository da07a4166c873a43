from __future__ import annotations

import math

import pytest

from harness.errors import AwsError
from harness.services.cloudwatch.put_metric_data import put_metric_data
from harness.services.cloudwatch.store import Metric, MetricStore

NOW = 1_700_000_000.0


def put(*data, **members):
    store = MetricStore(lambda: NOW)
    put_metric_data({"Namespace": "N", "MetricData": list(data), **members}, store, NOW)
    return store


def point(store, name="m", dimensions=(), unit=""):
    (found,) = store.read(Metric("N", name, dimensions), 0, 2 * int(NOW), 1, unit).values()
    return found


def test_a_value_counts_once_and_now():
    store = put({"MetricName": "m", "Value": 2.5})
    assert store.read(Metric("N", "m"), int(NOW) - 60, int(NOW) + 1, 60)
    assert (point(store).sum, point(store).count) == (2.5, 1)


def test_values_have_counts_and_dimensions_no_order():
    dimensions = [{"Name": "b", "Value": "2"}, {"Name": "a", "Value": "1"}]
    store = put(
        {"MetricName": "m", "Values": [1.0, 3.0], "Counts": [2, 1], "Dimensions": dimensions}
    )
    found = point(store, dimensions=(("a", "1"), ("b", "2")))
    assert (found.sum, found.count, found.values) == (5, 3, {1.0: 2, 3.0: 1})


def test_a_statistic_set():
    statistics = {"SampleCount": 3.0, "Sum": 6.0, "Minimum": 1.0, "Maximum": 4.0}
    found = point(put({"MetricName": "m", "StatisticValues": statistics, "Unit": "Bytes"}))
    assert (found.count, found.sum, found.complete) == (3, 6, False)


def test_data_with_an_entity_counts_too():
    entity = {"MetricData": [{"MetricName": "m", "Value": 1}]}
    assert point(put(EntityMetricData=[entity])).sum == 1


@pytest.mark.parametrize(
    ("datum", "code", "words"),
    [
        ({}, "MissingParameter", "At least one of the parameters"),
        ({"Value": 1, "Values": [1]}, "InvalidParameterCombination", "mutually exclusive"),
        ({"Values": [1], "Counts": [1, 2]}, "InvalidParameterValue", "of the same size"),
        ({"Values": [1], "Counts": [0]}, "InvalidParameterValue", "greater than 0"),
        ({"Value": math.nan}, "InvalidParameterValue", "The value NaN for parameter MetricData"),
        ({"Value": math.inf}, "InvalidParameterValue", "The value inf"),
        ({"Value": 2.0**361}, "InvalidParameterValue", "is invalid"),
        ({"Values": [1] * 151}, "InvalidParameterValue", "size greater than 150"),
        ({"Value": 1, "StorageResolution": 5}, "InvalidParameterValue", "must be 1 or 60"),
        ({"Value": 1, "Timestamp": NOW - 15 * 86400}, "InvalidParameterValue", "two weeks"),
        ({"Value": 1, "Timestamp": NOW + 3 * 3600}, "InvalidParameterValue", "in the future"),
        (
            {"Value": 1, "Dimensions": [{"Name": f"{n}", "Value": "v"} for n in range(31)]},
            "InvalidParameterValue",
            "size greater than 30",
        ),
        (
            {"StatisticValues": {"SampleCount": 0, "Sum": 0, "Minimum": 0, "Maximum": 0}},
            "InvalidParameterValue",
            "SampleCount",
        ),
    ],
)
def test_what_is_refused_and_nothing_of_the_request_is_kept(datum, code, words):
    store = MetricStore(lambda: NOW)
    data = [{"MetricName": "good", "Value": 1}, {"MetricName": "m", **datum}]
    with pytest.raises(AwsError, match=words) as refused:
        put_metric_data({"Namespace": "N", "MetricData": data}, store, NOW)
    assert refused.value.code == code
    assert list(store.metrics()) == []


def test_a_thousand_data_are_the_most():
    with pytest.raises(AwsError, match="size greater than 1000"):
        put(*({"MetricName": "m", "Value": 1} for _ in range(1001)))
    with pytest.raises(AwsError, match="MetricData is required"):
        put_metric_data({"Namespace": "N"}, MetricStore(lambda: NOW), NOW)
