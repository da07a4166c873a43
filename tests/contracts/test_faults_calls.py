"""What clients see of faults around calls: boto3 alone, as in the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from harness.disposable import Disposable
from harness.errors import UsageError
from harness.injection.client import Faults
from tests.contracts.account import Account, eventually

PATIENCE_S = 1
FOREVER_MS = 600_000
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("list_buckets", {}),
    "lambda": ("list_functions", {}),
    "bedrock-runtime": ("converse", {"modelId": "amazon.nova-pro-v1:0", "messages": []}),
    "secretsmanager": ("list_secrets", {}),
    "sqs": ("list_queues", {}),
    "sns": ("list_topics", {}),
    "logs": ("describe_log_groups", {}),
    "cloudwatch": ("list_metrics", {}),
    "sts": ("get_caller_identity", {}),
    "ec2": ("describe_vpcs", {}),
    "apigatewayv2": ("get_apis", {}),
    "xray": ("get_trace_summaries", {"StartTime": 0, "EndTime": 1}),
}


@pytest.fixture(scope="module")
def faults(environment: Disposable) -> Iterator[Faults]:
    made = Faults(environment.facts)
    yield made
    assert made.shown() == []


@pytest.fixture(scope="module")
def hasty(account: Account) -> Iterator[Any]:
    """Return a client of S3 that does not wait long."""
    with closing(account.client("s3", read_timeout=PATIENCE_S)) as client:
        yield client


def refusal(account: Account, service: str) -> tuple[str, int]:
    """Return code and status that a service answers a simple question with."""
    operation, arguments = QUESTIONS[service]
    with pytest.raises(ClientError) as caught:
        getattr(getattr(account, service), operation)(**arguments)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def stored(account: Account, bucket: str) -> list[str]:
    found = account.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [one["Key"] for one in found]


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "SlowDown", 503),
        ("lambda", "TooManyRequestsException", 429),
        ("bedrock-runtime", "ThrottlingException", 429),
        ("secretsmanager", "ThrottlingException", 400),
        ("sqs", "RequestThrottled", 400),
        ("sns", "Throttled", 429),
        ("logs", "ThrottlingException", 400),
        ("cloudwatch", "Throttling", 400),
        ("sts", "Throttling", 400),
        ("ec2", "RequestLimitExceeded", 503),
        ("apigatewayv2", "TooManyRequestsException", 429),
        ("xray", "ThrottledException", 429),
    ],
)
def test_each_service_throttles_in_its_own_words(account, faults, service, code, status):
    with faults.injected("throttle", service=service, times=1) as fault:
        assert refusal(account, service) == (code, status)
        assert fault.hits == 1


@pytest.mark.parametrize("service", ["s3", "secretsmanager", "sns", "cloudwatch", "xray"])
def test_sdks_take_a_throttle_for_one_and_come_back(account, faults, service):
    operation, arguments = QUESTIONS[service]
    retries = {"total_max_attempts": 3, "mode": "standard"}
    with (
        closing(account.client(service, retries=retries)) as client,
        faults.injected("throttle", service=service, times=1) as fault,
    ):
        answer = getattr(client, operation)(**arguments)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert (fault.covered, fault.hits) == (2, 1)


def test_lambda_says_when_to_come_back(account, faults):
    with faults.injected("throttle", service="lambda"), pytest.raises(ClientError) as caught:
        account.lambda_.list_functions()
    answer = caught.value.response
    assert answer["retryAfterSeconds"] == "1"
    assert (answer["Reason"], answer["Type"]) == ("CallerRateLimitExceeded", "User")


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "InternalError", 500),
        ("lambda", "ServiceException", 500),
        ("bedrock-runtime", "InternalServerException", 500),
        ("secretsmanager", "InternalServiceError", 500),
        ("sqs", "InternalFailure", 500),
        ("sns", "InternalError", 500),
    ],
)
def test_each_service_fails_in_its_own_words(account, faults, service, code, status):
    with faults.injected("error", service=service):
        assert refusal(account, service) == (code, status)


def test_an_error_may_be_any(account, faults):
    asked = {"code": "AccessDeniedException", "status": 403, "message": "not today"}
    with faults.injected("error", service="secretsmanager", operation="List*", **asked):
        assert refusal(account, "secretsmanager") == ("AccessDeniedException", 403)
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            account.secretsmanager.get_secret_value(SecretId="none")


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "ExpiredToken", 400),
        ("sqs", "ExpiredToken", 403),
        ("lambda", "ExpiredTokenException", 403),
        ("secretsmanager", "ExpiredTokenException", 400),
    ],
)
def test_credentials_expire(account, faults, service, code, status):
    with faults.injected("expired-credentials", service=service):
        assert refusal(account, service) == (code, status)


def test_with_latency_a_client_gives_up_before_anything_has_happened(account, hasty, faults):
    bucket = account.bucket()
    scope = {"service": "s3", "operation": "PutObject", "resource": f"*{bucket}/*"}
    with faults.injected("latency", ms=FOREVER_MS, **scope):
        with pytest.raises(ReadTimeoutError):
            hasty.put_object(Bucket=bucket, Key="k", Body=b"content")
        assert stored(account, bucket) == []


@pytest.mark.parametrize(
    ("fault", "settings", "error"),
    [
        ("slow-reply", {"ms": FOREVER_MS}, ReadTimeoutError),
        ("drop-reply", {}, ConnectionClosedError),
    ],
)
def test_a_client_that_hears_nothing_has_stored_its_object(
    account, hasty, faults, fault, settings, error
):
    bucket = account.bucket()
    with faults.injected(fault, service="s3", operation="PutObject", **settings):
        with pytest.raises(error):
            hasty.put_object(Bucket=bucket, Key="k", Body=b"content")
        assert eventually(lambda: stored(account, bucket) or None) == ["k"]


def test_a_latency_that_a_client_bears_changes_nothing(account, faults):
    bucket = account.bucket()
    for fault in ("latency", "slow-reply"):
        with faults.injected(fault, ms=10, jitter_ms=10, service="s3", operation="PutObject"):
            account.s3.put_object(Bucket=bucket, Key=fault, Body=b"content")
    assert stored(account, bucket) == ["latency", "slow-reply"]


def test_a_black_hole_takes_everything_and_does_nothing(account, hasty, faults):
    bucket = account.bucket()
    with faults.injected("black-hole", service="s3", operation="PutObject") as fault:
        with pytest.raises(ReadTimeoutError):
            hasty.put_object(Bucket=bucket, Key="k", Body=bytes(8 * 1024 * 1024))
        assert fault.hits == 1
        assert stored(account, bucket) == []


@pytest.mark.parametrize("size", [1, 1000, 1024 * 1024])
def test_a_body_ends_before_its_length(account, faults, size):
    bucket = account.bucket()
    account.s3.put_object(Bucket=bucket, Key="k", Body=bytes(size))
    with faults.injected("truncate-body", service="s3", operation="GetObject"):
        answer = account.s3.get_object(Bucket=bucket, Key="k")
        assert answer["ContentLength"] == size
        with closing(answer["Body"]) as body, pytest.raises(ResponseStreamingError):
            body.read()
        assert account.s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == size
    assert account.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == bytes(size)


def outcomes(account: Account, bucket: str, count: int) -> list[bool]:
    """Tell of each of some calls whether it was answered as ever."""

    def passes() -> bool:
        try:
            account.s3.head_bucket(Bucket=bucket)
        except ClientError:
            return False
        return True

    return [passes() for _ in range(count)]


def test_some_are_hit_and_counted(account, faults):
    bucket = account.bucket()
    scope = {"service": "s3", "operation": "HeadBucket", "resource": f"arn:aws:s3:::{bucket}"}
    with faults.injected("error", nth=2, times=2, **scope) as fault:
        assert outcomes(account, bucket, 5) == [True, False, False, True, True]
        assert outcomes(account, account.bucket(), 1) == [True]
    assert (fault.covered, fault.hits) == (5, 2)


def test_a_share_is_hit_and_the_same_seed_hits_the_same(account, faults):
    bucket = account.bucket()

    def drawn(seed: int) -> list[bool]:
        scope = {"service": "s3", "operation": "HeadBucket"}
        with faults.injected("error", probability=0.5, seed=seed, **scope):
            return outcomes(account, bucket, 24)

    first = drawn(1)
    assert drawn(1) == first
    assert drawn(2) != first
    assert set(first) == {True, False}


def test_the_calls_of_one_function_are_hit(account, faults):
    hit, spared = (account.function("calls.call") for _ in range(2))
    event = {"service": "sqs", "operation": "list_queues", "arguments": {}}
    scope = {"service": "sqs", "operation": "ListQueues", "function": hit.name}
    with faults.injected("error", code="AccessDenied", status=403, **scope) as fault:
        assert "AccessDenied" in str(hit.result(event))
        assert "AccessDenied" not in str(spared.result(event))
        account.sqs.list_queues()
        assert (fault.covered, fault.hits) == (1, 1)


def test_faults_lie_around_one_another(account, faults):
    with (
        faults.injected("latency", ms=1, service="sts") as outer,
        faults.injected("throttle", service="sts") as inner,
    ):
        assert refusal(account, "sts") == ("Throttling", 400)
        assert (outer.hits, inner.hits) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "settings", "said"),
    [
        ("nonsense", {}, "there is no fault 'nonsense'"),
        ("latency", {"seconds": 1}, "latency has no setting 'seconds'"),
        ("latency", {"ms": -1}, "0 or more is needed"),
        ("latency", {"service": "s4"}, "there is no service 's4'"),
        ("latency", {"service": "s3", "operation": "Putobject"}, "no operation 'Putobject'"),
        ("error", {"status": 403}, "need a --code"),
    ],
)
def test_what_would_hit_nothing_is_refused(faults, fault, settings, said):
    with pytest.raises(UsageError, match=said):
        faults.add(fault, **settings)


def test_a_fault_that_is_gone_cannot_be_cleared(faults):
    added = faults.add("throttle", service="s3", resource="*nobody*")
    assert [one.id for one in faults.clear(added.id)] == [added.id]
    with pytest.raises(UsageError, match=added.id):
        faults.clear(added.id)
