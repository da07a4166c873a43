"""Problem 1 of the report: the functions do not reach S3, because its gateway endpoint is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scenarios.client import BACKEND, Pipeline, eventually
from scenarios.documents import markdown

pytestmark = pytest.mark.launched


@contextmanager
def no_s3_endpoint(pipeline: Pipeline) -> Iterator[None]:
    """Take the S3 gateway endpoint away, and make another one afterwards."""
    ec2 = pipeline.aws("ec2")
    service = f"com.amazonaws.{pipeline.exports['AWS_DEFAULT_REGION']}.s3"
    named = {"service-name": [service], "vpc-endpoint-state": ["available"]}
    (found,) = ec2.describe_vpc_endpoints(
        Filters=[{"Name": name, "Values": values} for name, values in named.items()]
    )["VpcEndpoints"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[found["VpcEndpointId"]])
    try:
        yield
    finally:
        members = ("VpcEndpointType", "VpcId", "ServiceName", "RouteTableIds")
        ec2.create_vpc_endpoint(**{name: found[name] for name in members})


def test_uploads_fail_in_time_and_work_again_with_a_new_endpoint(pipeline: Pipeline) -> None:
    """On AWS: nothing answers, so only a short connect time-out brings an error in time."""
    with no_s3_endpoint(pipeline):
        refused = pipeline.upload(markdown("端點不存在時, 上傳會失敗。"))
        assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")
        request = refused.json()["instance"].removeprefix("urn:uuid:")

        def logged() -> list[str] | None:
            lines = [line for line in pipeline.log_lines(BACKEND) if request in line]
            return lines if any("Request finished" in line for line in lines) else None

        lines = eventually(logged)
        (failure,) = [json.loads(line) for line in lines if "A service failed" in line]
        assert failure["exception"][0].startswith("ConnectTimeoutError ")
        assert not any("uploads/" in line for line in lines)  # the address has the file name
    document_id = pipeline.upload_one(markdown("端點恢復後, 上傳照常。"))
    assert pipeline.wait_until_settled(document_id)["status"] == "completed"
