"""Every operation of the AWS SDK's own model of Lambda is recognised by its name."""

from __future__ import annotations

import re

import botocore.session
import pytest

from harness.lambda_operations import lambda_operation

MODEL = botocore.session.Session().get_service_model("lambda")
NOT_LISTED = re.compile("Durable|CapacityProvider|FunctionScalingConfig|ResourcePolicy")


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_an_operation_is_recognised_by_its_request(name):
    http = MODEL.operation_model(name).http
    path, _, query = re.sub(r"\{[^}]*\}", "x", http["requestUri"]).partition("?")
    expected = "" if NOT_LISTED.search(name) else name
    assert lambda_operation(http["method"], path, query) == expected
    assert lambda_operation(http["method"], f"{path}/", query) == expected


def test_a_path_of_nobody_is_none():
    assert lambda_operation("GET", "/2015-03-31/nothing", "") == ""
    assert lambda_operation("PATCH", "/2015-03-31/functions/f", "") == ""
