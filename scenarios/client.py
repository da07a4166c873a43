"""The pipeline as its users and operators reach it: HTTP, AWS API, SQL. Nothing else is used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
import httpx
import psycopg
from psycopg.rows import dict_row

from scenarios.documents import Document

BUCKET = "hr-chatbot-documents-ap-northeast-1"
PROCESSOR = "hr-chatbot-file-processor"
BACKEND = "hr-chatbot-backend"
RECONCILE = "hr-chatbot-reconcile"
Measured = Callable[[str, float], None]
SETTLED = {"completed", "failed"}

_POLL_S = 0.05
Found = TypeVar("Found")


@dataclass(frozen=True)
class Pipeline:
    """exports: the variables of `harness env`; http: a client with the API as its base."""

    exports: dict[str, str]
    http: httpx.Client

    def upload(self, *documents: Document, token: str | None = None) -> httpx.Response:
        """Upload as a client does; the token is the environment's unless another is given."""
        files = [("files", (document.name, document.content)) for document in documents]
        return self.http.post("/upload/document", files=files, headers=self.bearer(token))

    def upload_one(self, document: Document, token: str | None = None) -> str:
        """Return the id of an accepted document; raises `httpx.HTTPStatusError` otherwise."""
        answer = self.upload(document, token=token).raise_for_status().json()
        identifier: str = answer["documents"][0]["id"]
        return identifier

    def post(self, path: str, token: str | None = None, **options: Any) -> httpx.Response:
        """Send `json`, `content` or `files`; `headers` beside the token."""
        headers = self.bearer(token) | options.pop("headers", {})
        return self.http.post(path, headers=headers, **options)

    def presign(self, document: Document, method: str) -> dict[str, Any]:
        """Announce a document; returns how its client is to store it in S3."""
        wanted = {"file_name": document.name, "file_size": len(document.content), "method": method}
        answer: dict[str, Any] = self.post("/upload/presigned-url", json=wanted).json()
        return answer

    def get(self, path: str, token: str | None = None, **parameters: Any) -> httpx.Response:
        return self.http.get(path, params=parameters, headers=self.bearer(token))

    def ask(self, question: str, token: str | None = None, **body: Any) -> dict[str, Any]:
        """Return what POST /query answers."""
        content = {"question": question, **body}
        answer = self.http.post("/query", json=content, headers=self.bearer(token))
        answered: dict[str, Any] = answer.raise_for_status().json()
        return answered

    def bearer(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.exports['TOKEN'] if token is None else token}"}

    def wait_until_settled(
        self, document_id: str, within_s: float = 60.0, token: str | None = None
    ) -> dict[str, Any]:
        """Return the document once it is completed or failed."""

        def settled() -> dict[str, Any] | None:
            document: dict[str, Any] = self.get(f"/documents/{document_id}", token).json()
            return document if document["status"] in SETTLED else None

        return eventually(settled, within_s)

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.exports["DATABASE_URL"], row_factory=dict_row) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def aws(self, service: str) -> Any:
        """Return a boto3 client of the AWS API."""
        return boto3.client(
            service,
            endpoint_url=self.exports["AWS_ENDPOINT_URL"],
            region_name=self.exports["AWS_DEFAULT_REGION"],
            aws_access_key_id=self.exports["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.exports["AWS_SECRET_ACCESS_KEY"],
        )

    def log_lines(self, function: str, since_ms: int = 0) -> list[str]:
        """Return what the function logged since `since_ms` (milliseconds since the epoch)."""
        pages = (
            self.aws("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName=f"/aws/lambda/{function}", startTime=since_ms)
        )
        return [event["message"].rstrip("\n") for page in pages for event in page["events"]]


def eventually(probe: Callable[[], Found | None], within_s: float = 60.0) -> Found:
    """Return what `probe` finds, asking again until then.

    The deployed service announces nothing that a client could await, so clients have to ask.
    Raises `TimeoutError` when nothing is found within `within_s`.
    """
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while (found := probe()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s:g} s: {probe.__qualname__}")
        pause.wait(_POLL_S)
    return found
