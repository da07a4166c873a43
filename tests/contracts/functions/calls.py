"""A handler that calls AWS as the event says, with the role and the network of its function."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from settings import ENVIRONMENT

CONNECT_TIMEOUT_S = 0.3


def call(event: Any, context: Any) -> dict[str, Any]:
    """Return the answer, or the code, message and status of the refusal."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=CONNECT_TIMEOUT_S)
    address: dict[str, Any] = {}
    if "through" in event:  # the address of another service, with the patience of a test
        address = {"endpoint_url": ENVIRONMENT[event["through"]]}
        config = config.merge(Config(read_timeout=1))
    client = boto3.client(event["service"], config=config, **address)
    try:
        answer = getattr(client, event["operation"])(**event["arguments"])
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {**error.response["Error"], "status": status}
    except (ConnectTimeoutError, ReadTimeoutError) as error:
        return {"Code": type(error).__name__}
    found: dict[str, Any] = json.loads(json.dumps(answer, default=str))
    return found


def presign(event: Any, context: Any) -> str:
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    url: str = client.generate_presigned_url(
        event["operation"], Params=event["arguments"], ExpiresIn=event["seconds"]
    )
    return url
