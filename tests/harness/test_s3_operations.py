"""Every operation of the AWS SDK's own model of S3 is recognised by its name."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import botocore.session
import pytest

from harness.s3_operations import s3_operation

MODEL = botocore.session.Session().get_service_model("s3")
SUPERSEDED = {
    "GetBucketLifecycle",
    "PutBucketLifecycle",
    "GetBucketNotification",
    "PutBucketNotification",
    "ListDirectoryBuckets",
    "WriteGetObjectResponse",
}


def request(name: str) -> tuple[str, str, str, dict[str, str]]:
    """Return method, path, query and headers with every required parameter of the operation."""
    operation = MODEL.operation_model(name)
    path, _, query = operation.http["requestUri"].partition("?")
    shape = operation.input_shape
    required = [] if shape is None else [shape.members[member] for member in shape.required_members]
    parameters = {
        member.serialization["name"]: "x"
        for member in required
        if member.serialization.get("location") == "querystring"
    }
    headers = {
        member.serialization["name"].lower(): "x"
        for member in required
        if member.serialization.get("location") == "header"
    }
    whole = "&".join(filter(None, [query, urlencode(parameters)]))
    return operation.http["method"], re.sub(r"\{[^}]*\}", "x", path), whole, headers


@pytest.mark.parametrize("name", sorted(set(MODEL.operation_names) - SUPERSEDED))
def test_an_operation_is_recognised_by_its_request(name):
    method, path, query, headers = request(name)
    assert s3_operation(method, path, query, headers) == name


def test_an_unknown_method_is_no_operation():
    assert s3_operation("PATCH", "/b/k", "", {}) == ""
    assert s3_operation("POST", "/", "", {}) == ""
