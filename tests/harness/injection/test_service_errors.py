"""The codes are those that the SDK's own models and retries know."""

from __future__ import annotations

import pytest
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from harness.call import Call
from harness.error_formats import render
from harness.injection.service_errors import _INTERNAL, _THROTTLED, internal, throttled
from harness.protocols.model import load

MODELS = {
    "lambda": "lambda",
    "bedrock": "bedrock-runtime",
    "sns": "sns",
    "xray": "xray",
    "apigateway": "apigatewayv2",
    "monitoring": "cloudwatch",
    "secretsmanager": "secretsmanager",
    "events": "events",
}


def modelled(service: str) -> dict[str, int]:
    """Return the status of each error that a service's model describes with one, by code."""
    shapes = load(MODELS[service]).shapes.items()
    errors = {name: shape.get("error", {}) for name, shape in shapes if shape.get("exception")}
    return {
        error.get("code", name): error.get("httpStatusCode", 0) for name, error in errors.items()
    }


@pytest.mark.parametrize("service", sorted({*_THROTTLED, "secretsmanager", "logs", "kms"}))
def test_sdks_retry_a_throttle(service):
    known = ThrottledRetryableChecker._THROTTLED_ERROR_CODES
    error = throttled(service)
    statuses = TransientRetryableChecker._TRANSIENT_STATUS_CODES
    # Of three services neither the code nor the status is on the list of the standard mode:
    # their models mark the error as one to retry, or it is not retried.
    unlisted = {"sns": "Throttled", "xray": "ThrottledException", "sqs": "RequestThrottled"}
    listed = error.code in known or error.status in statuses
    assert listed or unlisted.get(service) == error.code


@pytest.mark.parametrize("service", sorted(set(_THROTTLED) & set(MODELS)))
def test_a_throttle_that_is_modelled_has_the_model_s_status(service):
    error, known = throttled(service), modelled(service)
    assert known.get(error.code, error.status) == error.status


@pytest.mark.parametrize("service", sorted(set(_INTERNAL) & set(MODELS)))
def test_a_failure_is_one_of_the_model_s(service):
    error, known = internal(service), modelled(service)
    assert error.code in known
    assert known[error.code] in (0, error.status)


def test_an_api_answers_with_a_message_alone():
    call = Call("execute-api", "", "GET", "/health")
    assert render(throttled("execute-api"), call).body == b'{"message":"Too Many Requests"}'
    assert render(internal("execute-api"), call).body == b'{"message":"Internal Server Error"}'


def test_errors_are_made_anew_for_every_call():
    assert throttled("lambda") is not throttled("lambda")
    assert throttled("s3").headers == {}
