"""Clients of today's SDK on one side and our codec on the other, in every protocol they speak."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

import orjson
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from harness.call import Call
from harness.errors import AwsError
from harness.protocols import model
from harness.protocols.codec import exchange

PROTOCOLS = ["smithy-rpc-v2-cbor", "json", "query"]
AT = 1_700_000_000.25


@cache
def described() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("cloudwatch", "service-2"))


def sent(protocol, operation, members):
    """Return the call and body that a client makes of a request."""
    asked = described().operation_model(operation)
    request = create_serializer(protocol, include_validation=False).serialize_to_request(
        members, asked
    )
    headers = [(name.lower(), value) for name, value in request["headers"].items()]
    body = request["body"]
    body = urlencode(body).encode() if isinstance(body, dict) else body
    name = "" if protocol == "query" else operation
    return Call("monitoring", name, "POST", request["url_path"], "", headers), body


def received(protocol, operation, members):
    call, body = sent(protocol, operation, members)
    return exchange(model.load("cloudwatch"), call, body)


def understood(protocol, operation, reply):
    response = {
        "status_code": reply.status,
        "headers": dict(reply.headers),
        "body": reply.body,
    }
    asked = described().operation_model(operation)
    return create_parser(protocol).parse(response, asked.output_shape)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_request_arrives_as_it_was_meant(protocol):
    members = {
        "Namespace": "資料 & more",
        "MetricData": [
            {
                "MetricName": "m",
                "Dimensions": [{"Name": "a", "Value": "b"}, {"Name": "c", "Value": "d"}],
                "Timestamp": datetime.fromtimestamp(1_700_000_000, UTC),
                "Values": [1.5, -2.0],
                "Counts": [1, 3],
                "StorageResolution": 1,
            },
            {"MetricName": "n", "Value": 0.0, "Unit": "Count"},
        ],
        "StrictEntityValidation": True,
    }
    asked = received(protocol, "PutMetricData", members)
    expected = {**members, "MetricData": [dict(datum) for datum in members["MetricData"]]}
    expected["MetricData"][0]["Timestamp"] = 1_700_000_000
    assert (asked.operation, asked.request()) == ("PutMetricData", expected)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_result_is_understood(protocol):
    asked = received(protocol, "GetMetricStatistics", {"Namespace": "N", "MetricName": "m"})
    point = {"Timestamp": AT, "Sum": 3, "Unit": "Count", "ExtendedStatistics": {"p99": 1.25}}
    found = understood(
        protocol,
        "GetMetricStatistics",
        asked.reply({"Label": "<m>", "Datapoints": [point, {"Timestamp": 0.0, "Sum": None}]}),
    )
    assert found["Label"] == "<m>"
    assert found["Datapoints"][0] == {**point, "Timestamp": datetime.fromtimestamp(AT, UTC)}
    assert set(found["Datapoints"][1]) == {"Timestamp"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_operation_without_a_result_answers(protocol):
    asked = received(protocol, "PutMetricData", {"Namespace": "N"})
    assert understood(protocol, "PutMetricData", asked.reply({}))["ResponseMetadata"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_has_its_code_and_message(protocol):
    asked = received(protocol, "SetAlarmState", {"AlarmName": "a"})
    reply = asked.error(AwsError("ResourceNotFound", "no <such> alarm", 404))
    found = understood(protocol, "SetAlarmState", reply)
    assert reply.status == 404
    assert found["Error"]["Code"] == "ResourceNotFound"
    assert found["Error"]["Message"] == "no <such> alarm"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_missing_members_are_named_in_one_sentence(protocol):
    asked = received(protocol, "SetAlarmState", {"AlarmName": "a", "StateValue": "RED"})
    with pytest.raises(AwsError) as refused:
        asked.request()
    assert refused.value.code == "ValidationError"
    assert refused.value.message == (
        "2 validation errors detected: Value null at 'stateReason' failed to satisfy constraint: "
        "Member must not be null; Value 'RED' at 'stateValue' failed to satisfy constraint: "
        "Member must satisfy enum value set: [OK, ALARM, INSUFFICIENT_DATA]"
    )


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"{", "the request cannot be read"),
        (b"[]", "expected a structure, found list"),
        (b'{"AlarmNamePrefix": 1}', "expected a string, found int"),
        (b'{"MaxRecords": "many"}', "'many' is not a number"),
        (b'{"MaxRecords": 1.5}', "1.5 is not an integer"),
        (b'{"AlarmNames": {}}', "expected a list, found dict"),
    ],
)
def test_wrong_types_are_a_serialization_exception(body, complaint):
    call = Call("monitoring", "DescribeAlarms", "POST", "/", "", [("x-amz-target", "X.Y")])
    with pytest.raises(
        AwsError, match="SerializationException: .*" + complaint.replace(".", "\\.")
    ):
        exchange(model.load("cloudwatch"), call, body).request()


def test_a_compressed_request_is_unpacked():
    body = gzip.compress(orjson.dumps({"Namespace": "N", "MetricData": []}))
    headers = [("x-amz-target", "X.PutMetricData"), ("content-encoding", "gzip")]
    call = Call("monitoring", "PutMetricData", "POST", "/", "", headers)
    asked = exchange(model.load("cloudwatch"), call, body)
    assert asked.request() == {"Namespace": "N", "MetricData": []}


def test_the_patterns_of_the_models_are_all_usable():
    from harness.protocols.typed import _python_pattern

    for service in ("cloudwatch", "logs"):
        shapes = model.load(service).shapes.values()
        patterns = [shape["pattern"] for shape in shapes if "pattern" in shape]
        assert patterns
        for pattern in patterns:
            _python_pattern(pattern)
