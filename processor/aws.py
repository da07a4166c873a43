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


def client(service: str, region: str) -> Any:
    """Return a boto3 client of `service`; safe to share between threads."""
    return boto3.client(service, region_name=region, config=_CONFIG)
