from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.services.cloudwatch.emf import embedded, may_be_embedded
from harness.services.cloudwatch.store import Metric

NOW = 1_700_000_000.0


def event(metrics=({"Name": "ms", "Unit": "Milliseconds"},), dimensions=(("stage",),), **root):
    directive = {
        "Namespace": "Chatbot",
        "Dimensions": [list(names) for names in dimensions],
        "Metrics": list(metrics),
    }
    metadata = {"Timestamp": NOW * 1000, "CloudWatchMetrics": [directive]}
    return {"_aws": metadata, "stage": "embed", "ms": 12.5, **root}


def found(content):
    message = content if isinstance(content, str) else json.dumps(content)
    return embedded(message, NOW) if may_be_embedded(message) else []


def test_a_value_of_a_metric():
    (one,) = found(event())
    assert one.metric == Metric("Chatbot", "ms", (("stage", "embed"),))
    assert (one.values.values, one.unit, one.time, one.resolution) == (
        {12.5: 1},
        "Milliseconds",
        NOW,
        60,
    )


def test_every_set_of_dimensions_is_a_metric_of_its_own():
    sets = (("stage",), ("stage", "team"), ())
    metrics = [one.metric.dimensions for one in found(event(dimensions=sets, team="hr"))]
    assert metrics == [(("stage", "embed"),), (("stage", "embed"), ("team", "hr")), ()]


def test_an_array_is_many_values_and_resolution_may_be_a_second():
    definition = {"Name": "ms", "StorageResolution": 1}
    (one,) = found(event(metrics=[definition], ms=[1, 2, 2]))
    assert (one.values.values, one.values.count) == ({1: 1, 2: 2}, 3)
    assert (one.unit, one.resolution) == ("None", 1)


def test_a_hundred_metrics_at_most():
    names = [f"m{number}" for number in range(101)]
    root = dict.fromkeys(names, 1)
    definitions = [{"Name": name} for name in names]
    assert len(found(event(metrics=definitions[:100], **root))) == 100
    assert found(event(metrics=definitions, **root)) == []


def without(content, *path):
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return content


@pytest.mark.parametrize(
    "content",
    [
        "[INFO]\t" + json.dumps(event()),  # a logger's prefix: trap 43
        json.dumps(event()) + " trailing",
        '{"_aws": ',
        '["_aws"]',
        {"_aws": 1},
        {"_aws": {"Timestamp": NOW * 1000}},
        without(event(), "_aws", "Timestamp"),
        without(event(), "_aws", "CloudWatchMetrics", 0, "Namespace"),
        without(event(), "_aws", "CloudWatchMetrics", 0, "Metrics"),
        without(event(), "_aws", "CloudWatchMetrics", 0, "Dimensions"),
        without(event(), "stage"),
        without(event(), "ms"),
        event(stage=7),
        event(stage={"nested": 1}),
        event(stage="x" * 1025),
        event(ms="12"),
        event(ms=True),
        event(ms=[]),
        event(ms=[1] * 101),
        event(ms=[1, "2"]),
        event(dimensions=[[f"d{n}" for n in range(31)]], **{f"d{n}": "v" for n in range(31)}),
        event(metrics=[{"Name": "ms", "Unit": "Furlongs"}]),
        event(metrics=[{"Name": "ms", "StorageResolution": 5}]),
        event(metrics=[{"Name": "ms", "Unit": ["Count"]}]),
        event(metrics=[{"Name": "ms", "StorageResolution": {}}]),
        event(padding="x" * 1024 * 1024),
        {**event(), "_aws": {**event()["_aws"], "Timestamp": (NOW - 15 * 86400) * 1000}},
    ],
)
def test_what_breaks_the_format_is_no_metric(content):
    assert found(content) == []


def test_a_metric_that_breaks_it_leaves_the_others():
    (one,) = found(event(metrics=[{"Name": "absent"}, {"Name": "ms"}, 5]))
    assert one.metric.name == "ms"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["_aws", "Timestamp", "CloudWatchMetrics", "Namespace", "Metrics", "Name"]
            )
            | st.sampled_from(["Dimensions", "Unit", "StorageResolution", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=40, deadline=None)
@given(json_values)
def test_any_content_is_metrics_or_none(value):
    root = {**event(), **value} if isinstance(value, dict) else {"_aws": value}
    for one in found(root):
        assert one.values.count >= 1
