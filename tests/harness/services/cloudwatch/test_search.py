from __future__ import annotations

import pytest

from harness.services.cloudwatch import search
from harness.services.cloudwatch.math.series import ExpressionError
from harness.services.cloudwatch.store import Metric

ERRORS = Metric("AWS/Lambda", "Errors", (("FunctionName", "hr-chatbot-backend"),))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{AWS/Lambda,FunctionName} Errors", True),
        ('{AWS/Lambda,FunctionName} MetricName="Errors"', True),
        ('{AWS/Lambda,FunctionName} MetricName="Error"', False),
        ("{AWS/Lambda,FunctionName,Resource} Errors", False),
        ('{"AWS/Lambda","FunctionName"} chatbot', True),
        ('FunctionName="hr-chatbot-backend"', True),
        ("FunctionName=backend", True),
        ("errors AND chatbot", True),
        ("errors duration", False),
        ("{AWS/S3,BucketName}", False),
        ("", True),
    ],
)
def test_which_metrics_are_meant(text, meant):
    assert search.parse(text)(ERRORS) is meant


@pytest.mark.parametrize("text", ["Errors OR Duration", "NOT Errors", "(Errors)"])
def test_what_is_not_understood_is_named(text):
    with pytest.raises(ExpressionError, match="not emulated"):
        search.parse(text)
