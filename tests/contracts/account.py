"""An AWS account whose only door is the endpoint; all that contract tests know of the harness."""

from __future__ import annotations

import io
import json
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
_SOURCES = Path(__file__).parent / "functions"
_POLL_S = 0.05
_PATIENCE_S = 30.0
Found = TypeVar("Found")


def unique(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


def eventually(probe: Callable[[], Found | None]) -> Found:
    """Return what `probe` finds; AWS announces neither log events nor metrics, one has to ask."""
    deadline = time.monotonic() + _PATIENCE_S
    pause = threading.Event()
    while (found := probe()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {_PATIENCE_S:g} s: {probe.__qualname__}")
        pause.wait(_POLL_S)
    return found


def member(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    """Return an entry of a zip that functions may read: by default zipfile lets the owner only."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


@cache
def archive() -> bytes:
    """Return the zip with every handler of `functions/`."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for source in sorted(_SOURCES.glob("*.py")):
            opened.write(source, source.name)
    return written.getvalue()


@dataclass(frozen=True)
class Queue:
    """An SQS queue; the functions under test and their test talk through it."""

    sqs: Any
    url: str
    arn: str

    def send(self, content: Any = "go") -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(content))

    def message(self) -> dict[str, Any]:
        """Return the next message with its attributes, waiting for it."""

        def received() -> dict[str, Any] | None:
            answer = self.sqs.receive_message(
                QueueUrl=self.url, WaitTimeSeconds=10, MessageAttributeNames=["All"]
            )
            return next(iter(answer.get("Messages", [])), None)

        found = eventually(received)
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=found["ReceiptHandle"])
        return found

    def receive(self) -> Any:
        """Return the content of the next message, waiting for it."""
        return json.loads(self.message()["Body"])

    def is_empty(self) -> bool:
        return "Messages" not in self.sqs.receive_message(QueueUrl=self.url)


@dataclass(frozen=True)
class Function:
    """A deployed function; `invoke` is a RequestResponse unless told otherwise."""

    aws_lambda: Any
    name: str
    arn: str

    def invoke(self, event: Any = None, **more: Any) -> dict[str, Any]:
        payload = {} if event is None else {"Payload": json.dumps(event)}
        answer: dict[str, Any] = self.aws_lambda.invoke(FunctionName=self.name, **payload, **more)
        return answer

    def result(self, event: Any = None, **more: Any) -> Any:
        """Return the decoded result; the invocation must have succeeded."""
        answer = self.invoke(event, **more)
        result = json.load(answer["Payload"])
        assert "FunctionError" not in answer, result
        return result

    def error(self, event: Any = None) -> tuple[dict[str, Any], str]:
        """Return (the error payload, the request id); the function must have failed."""
        answer = self.invoke(event)
        assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
        return json.load(answer["Payload"]), answer["ResponseMetadata"]["RequestId"]


class Account:
    """url, region: of the endpoint. Clients ask once, so a test sees every answer as it is."""

    def __init__(
        self,
        url: str,
        region: str,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
    ) -> None:
        self.url = url
        self.region = region
        self._session = boto3.Session(
            access_key_id, secret_access_key, session_token, region_name=region
        )
        self._clients: dict[str, Any] = {}

    def acting(
        self, access_key_id: str, secret_access_key: str, session_token: str | None = None
    ) -> Account:
        """Return the account as somebody with other credentials sees it."""
        return Account(self.url, self.region, access_key_id, secret_access_key, session_token)

    def client(self, service: str, *, endpoint_url: str = "", **options: Any) -> Any:
        settings = {"retries": {"total_max_attempts": 1}, "proxies": {}, **options}
        config = Config(**settings)
        return self._session.client(service, endpoint_url=endpoint_url or self.url, config=config)

    def signed(self, service: str) -> dict[str, str]:
        """Return the header by which a request made by hand is recognised."""
        scope = f"Credential=A/20260101/{self.region}/{service}/aws4_request"
        return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}

    def __getattr__(self, service: str) -> Any:
        """Return the client of a service by its name, `account.s3`."""
        if service not in self._clients:
            self._clients[service] = self.client(service.rstrip("_"))
        return self._clients[service]

    def bucket(self, *, versioned: bool = False) -> str:
        name = unique("bucket")
        location = {"LocationConstraint": self.region}
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration=location)
        if versioned:
            status = {"Status": "Enabled"}
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=status)
        return name

    def queue(self) -> Queue:
        name = unique("queue")
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        return Queue(self.sqs, url, f"arn:aws:sqs:{self.region}:{ACCOUNT}:{name}")

    def function(
        self, handler: str, variables: dict[str, str] | None = None, **settings: Any
    ) -> Function:
        """Deploy `functions/` with one of its handlers."""
        defaults = {
            "FunctionName": unique("function"),
            "Runtime": "python3.12",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/contracts",
            "Handler": handler,
            "Environment": {"Variables": variables or {}},
            "Code": {"ZipFile": archive()},
        }
        made = self.lambda_.create_function(**{**defaults, **settings})
        return Function(self.lambda_, made["FunctionName"], made["FunctionArn"])

    def notify(self, bucket: str, function: Function, **rule: Any) -> None:
        """Let the bucket tell the function of every object created, or of what `rule` says."""
        self.permit(bucket, function)
        configuration = {
            "LambdaFunctionArn": function.arn,
            "Events": ["s3:ObjectCreated:*"],
            **rule,
        }
        self.s3.put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]},
        )

    def permit(self, bucket: str, function: Function) -> None:
        self.lambda_.add_permission(
            FunctionName=function.name,
            StatementId=unique("s3"),
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn=f"arn:aws:s3:::{bucket}",
            SourceAccount=ACCOUNT,
        )
