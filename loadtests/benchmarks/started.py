"""A trivial function that S3 starts, and when each event reached it by its own clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

from harness.environment import Environment
from loadtests.benchmarks.deploy import deploy

BODY = bytes(1024)
_NAME = "measured"
_LOG_GROUP = f"/aws/lambda/{_NAME}"
_PATIENCE_S = 60.0
_POLL_S = 0.1
_SOURCE = """
import time

def handler(event, context):
    now = time.time()
    for record in event.get("Records", []):
        print("started", repr(now), record["s3"]["object"]["key"])
"""


class Started:
    """A bucket whose objects start the function, another one whose objects start nothing.

    sent, answered: seconds since the epoch, by key, of the PutObjects made here.
    """

    bucket, plain = "measured-events", "measured-plain"

    def __init__(self, facts: Environment) -> None:
        self._facts = facts
        self.s3 = self.client("s3")
        self.aws_lambda = self.client("lambda")
        self._logs = self.client("logs")
        self.sent: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self._make()

    def client(self, service: str, endpoint_url: str = "") -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint_url or self._facts.endpoint_url,
            region_name=self._facts.region,
            aws_access_key_id=self._facts.access_key_id,
            aws_secret_access_key=self._facts.secret_access_key,
            config=Config(max_pool_connections=32, proxies={}),
        )

    def put(self, key: str) -> None:
        self.sent[key] = time.time()
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=BODY)
        self.answered[key] = time.time()

    def put_all(self, keys: Iterable[str], clients: int) -> None:
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(self.put, keys))

    def starts(self, keys: Iterable[str]) -> dict[str, list[float]]:
        """Return when the function was started for each key, once it was for all of them.

        Raises `TimeoutError` when an event is missing: it is lost, or very late.
        """
        wanted = set(keys)
        deadline = time.monotonic() + _PATIENCE_S
        pause = threading.Event()
        while not wanted <= (found := self._logged()).keys():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(wanted - found.keys())} events did not arrive")
            pause.wait(_POLL_S)
        return {key: found[key] for key in wanted}

    def _logged(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        pages = self._logs.get_paginator("filter_log_events")
        try:
            for page in pages.paginate(logGroupName=_LOG_GROUP):
                for event in page["events"]:
                    word, *rest = event["message"].split()
                    if word == "started":
                        found.setdefault(rest[1], []).append(float(rest[0]))
        except self._logs.exceptions.ResourceNotFoundException:
            return {}  # nothing ran so far
        return found

    def _make(self) -> None:
        for name in (self.bucket, self.plain):
            location = {"LocationConstraint": self._facts.region}
            self.s3.create_bucket(Bucket=name, CreateBucketConfiguration=location)
        _, arn = deploy(self.aws_lambda, _SOURCE, name=_NAME, role="measured")
        self.aws_lambda.add_permission(
            FunctionName=_NAME,
            StatementId="s3",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn=f"arn:aws:s3:::{self.bucket}",
        )
        rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
        self.s3.put_bucket_notification_configuration(
            Bucket=self.bucket,
            NotificationConfiguration={"LambdaFunctionConfigurations": [rule]},
        )
