"""boto3 clients of a running environment, and AWS's errors as this command line's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness.control import unanswered
from harness.environment import Environment
from harness.errors import HarnessError

_LONGEST_FUNCTION_S = 900 + 10


def client(environment: Environment, service: str) -> Any:
    """Return a client that asks once, directly, and waits as long as a function may run."""
    return boto3.client(
        service,
        endpoint_url=environment.endpoint_url,
        region_name=environment.region,
        aws_access_key_id=environment.access_key_id,
        aws_secret_access_key=environment.secret_access_key,
        config=Config(
            retries={"total_max_attempts": 1}, proxies={}, read_timeout=_LONGEST_FUNCTION_S
        ),
    )


@contextlib.contextmanager
def speaking_to(environment: Environment) -> Iterator[None]:
    """Turn an AWS error answer into a `HarnessError`, no answer into an environment failure."""
    try:
        yield
    except ClientError as error:
        answer = error.response["Error"]
        raise HarnessError(f"AWS answered {answer['Code']}: {answer['Message']}") from error
    except BotoCoreError as error:
        raise unanswered(environment.endpoint_url, error) from error
