"""How the backend talks to AWS while a client waits.

API Gateway gives up after 30 s whatever happens here, so two short attempts must do; the
processor, which nobody waits for, is more patient.
"""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": 2},
    tcp_keepalive=True,
)


# Whether a call of a model is tried again is for `processor.attempts` to say.
_ONE_ATTEMPT = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))


def client(service: str, region: str) -> Any:
    """Return a boto3 client of `service`; build it once a sandbox, it takes a while."""
    return boto3.client(service, region_name=region, config=_CONFIG)


def s3_client(region: str) -> Any:
    """Return a client of S3, fit to presign URLs.

    Left alone, it would presign with signature version 2 and for the global host name, which
    redirects and which a policy for the region does not cover.
    """
    presigning = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", region_name=region, config=_CONFIG.merge(presigning))


def model_client(region: str, read_seconds: float) -> Any:
    """Return a client of Bedrock's models that makes a single attempt a call.

    read_seconds: how long it waits for an answer, once connected.
    """
    config = _ONE_ATTEMPT.merge(Config(read_timeout=read_seconds))
    return boto3.client("bedrock-runtime", region_name=region, config=config)
