"""What benchmarks do to an environment."""

from __future__ import annotations

import io
import re
import threading
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import boto3
import httpx
import psycopg
from botocore.config import Config

from harness.environment import Environment
from loadtests import documents
from loadtests.documents import Document

PATIENCE_S = 120.0
_POLL_S = 0.02


class Client:
    """A user of the API with an operator's access to S3 and to the database."""

    def __init__(self, facts: Environment) -> None:
        self._facts = facts
        self._http = httpx.Client(
            base_url=facts.api_url,
            headers={"Authorization": f"Bearer {facts.token}"},
            timeout=PATIENCE_S,
            trust_env=False,
        )
        self._database = psycopg.connect(facts.database_url, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()
        self._database.close()

    def warm_up(self) -> None:
        """Have a document of every kind processed, so that every path was taken once."""
        for document in documents.read(documents.SAMPLES):
            self.processing_s(self.upload(document))

    def upload(self, document: Document) -> str:
        """Return the id of the accepted document; raises `httpx.HTTPStatusError` otherwise."""
        files = {"files": (document.name, document.content, document.media_type)}
        answer = self._http.post("/upload/document", files=files).raise_for_status().json()
        identifier: str = answer["documents"][0]["id"]
        return identifier

    def upload_in_parts(self, document: Document) -> str:
        """Store a document in S3 by presigned requests, part by part; returns its id."""
        wanted = {
            "file_name": document.name,
            "file_size": len(document.content),
            "method": "multipart",
        }
        answer = self._http.post("/upload/presigned-url", json=wanted)
        upload = answer.raise_for_status().json()
        content = io.BytesIO(document.content)
        with httpx.Client(timeout=PATIENCE_S, trust_env=False) as storage:
            for part in upload["parts"]:
                piece = content.read(part["size"])
                storage.put(part["url"], content=piece).raise_for_status()
        self._http.post(f"/upload/{upload['id']}/complete").raise_for_status()
        return str(upload["id"])

    def processing_s(self, document_id: str) -> float:
        """Return the seconds between claim and completion, once it is completed.

        Raises `TimeoutError` when that does not come; a failed document does not complete.
        """
        deadline = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        query = (
            "SELECT extract(epoch FROM completed_at - started_at) FROM documents"
            " WHERE id = %s AND status = 'completed'"
        )
        while (row := self._database.execute(query, [document_id]).fetchone()) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{document_id} was not completed in {PATIENCE_S:g} s")
            pause.wait(_POLL_S)
        return float(row[0])

    @property
    def secret_access_key(self) -> str:
        return self._facts.secret_access_key

    def retire_sandboxes(self, function: str) -> None:
        """Let the next invocation start a sandbox, as a change of the configuration does."""
        self.aws("lambda").update_function_configuration(
            FunctionName=function, Description=f"benchmark {uuid4()}"
        )

    def report_values(
        self, function: str, value: re.Pattern[str], at_least: int = 0
    ) -> list[float]:
        """Return what the pattern finds in the function's REPORT lines, oldest first.

        Log lines are delivered after the answer; raises `TimeoutError` when fewer come.
        """
        deadline = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        while len(found := self._report_values(function, value)) < at_least:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {at_least} values in {PATIENCE_S:g} s")
            pause.wait(_POLL_S)
        return found

    def _report_values(self, function: str, value: re.Pattern[str]) -> list[float]:
        pages = (
            self.aws("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName=f"/aws/lambda/{function}", filterPattern="REPORT")
        )
        lines = (event["message"] for page in pages for event in page["events"])
        return [float(match[1]) for line in lines if (match := value.search(line))]

    def s3(self, **options: Any) -> Any:
        return self.aws("s3", **options)

    def aws(self, service: str, **options: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._facts.endpoint_url,
            region_name=self._facts.region,
            aws_access_key_id=self._facts.access_key_id,
            aws_secret_access_key=self._facts.secret_access_key,
            config=Config(**options),
        )
