"""How this function talks to AWS: one place for time-outs and retries of every client."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

# Three attempts of 2 + 10 s end long before the function does, so the service that hangs is
# named in an error instead of the function dying silently of its own time-out.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


# Embedding a full batch takes seconds. Whether to try again is for `processor.attempts` to say.
_ONE_LONG_ATTEMPT = Config(read_timeout=20, retries={"mode": "standard", "total_max_attempts": 1})


def client(service: str, region: str) -> Any:
    """Return a boto3 client of `service`; safe to share between threads."""
    return boto3.client(service, region_name=region, config=_CONFIG)


def model_client(region: str) -> Any:
    """Return a client of Bedrock's models that makes a single attempt a call."""
    config = _CONFIG.merge(_ONE_LONG_ATTEMPT)
    return boto3.client("bedrock-runtime", region_name=region, config=config)
