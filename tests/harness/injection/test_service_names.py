from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.injection.scope import CallScope
from harness.injection.service_names import check, names_of


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("", ""),
        ("", "PutObject"),
        ("s3", "PutObject"),
        ("s3", "PostObject"),
        ("s3", "*Object"),
        ("bedrock-runtime", "InvokeModel"),
        ("bedrock", "Converse"),
        ("cloudwatch", "PutMetricData"),
        ("monitoring", "PutMetricData"),
        ("apigatewayv2", ""),
        ("execute-api", ""),
    ],
)
def test_what_the_endpoint_can_tell_is_accepted(service, operation):
    check(CallScope(service, operation))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s4", ""),
        ("S3", ""),
        ("s3", "PutThing"),
        ("s3", "putobject"),
        ("bedrock-runtime", "PutObject"),
        ("apigatewayv2", "CreateApi"),
        ("execute-api", "GET"),
    ],
)
def test_what_would_never_hit_is_refused(service, operation):
    with pytest.raises(UsageError, match=operation or service):
        check(CallScope(service, operation))


def test_a_service_has_the_names_of_boto3_too():
    assert names_of("monitoring") == ("monitoring", "cloudwatch")
    assert names_of("s3") == ("s3",)
