from __future__ import annotations

import botocore.session
import pytest

from harness.network.names import _SDK_NAMES, endpoint_variables, sdk_names

# Known to the SDK by another endpoint prefix than the name of their VPC endpoint.
KNOWN = {
    service_id.upper().replace(" ", "_").replace("-", "_")
    for service_id in (
        botocore.session.get_session().get_service_model(name).service_id
        for name in (
            "s3",
            "secretsmanager",
            "bedrock-runtime",
            "logs",
            "cloudwatch",
            "stepfunctions",
        )
    )
}


def test_the_names_are_the_sdk_s():
    assert {name for names in _SDK_NAMES.values() for name in names} >= KNOWN


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("bedrock-runtime", ("BEDROCK_RUNTIME",)),
        ("monitoring", ("CLOUDWATCH",)),
        ("elasticache", ("ELASTICACHE",)),
        ("ecr.api", ("ECR",)),
    ],
)
def test_names_of_endpoints(service: str, names: tuple[str, ...]):
    assert sdk_names(service) == names


def test_the_variables_of_a_sandbox():
    assert endpoint_variables({"s3", "sqs"}, "http://here", "http://nowhere") == {
        "AWS_ENDPOINT_URL": "http://nowhere",
        "AWS_ENDPOINT_URL_S3": "http://here",
        "AWS_ENDPOINT_URL_SQS": "http://here",
    }
