"""The function as Lambda runs it: real S3, Secrets Manager and PostgreSQL; Bedrock over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID, uuid4

import boto3
import pytest

from processor import handler as lambda_function
from processor import settings
from processor.correlation import object_metadata
from processor.database import Connection
from processor.documents import object_key
from processor.errors import TransientError, UnknownEventError
from processor.events import ObjectRef
from processor.handler import handler, process
from processor.settings import DatabaseCredentials
from tests.processor import fakes
from tests.processor.conftest import REGION
from tests.processor.lines import logged

TEXT = "員工請假應於三個工作日前提出申請，並經主管核准後始得休假。"


@dataclass
class Context:
    aws_request_id: str
    function_name: str = "processor"
    memory_limit_in_mb: int = 2048
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-1:123456789012:function:processor"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


class Bedrock(BaseHTTPRequestHandler):
    """Answers every InvokeModel with vectors of the right size."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        vectors = fakes.WordEmbedder().embed(
            request["texts"], purpose=request["input_type"], seconds=1
        )
        body = json.dumps({"embeddings": {"float": vectors}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""


@pytest.fixture(scope="session")
def bedrock() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bedrock)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bucket(
    aws: str, s3: Any, bedrock: str, database: DatabaseCredentials, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A bucket of a configured function; its sandbox is new."""
    name = f"documents-{uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secret = {
        "host": database.host,
        "port": database.port,
        "database": database.dbname,
        "username": database.user,
        "password": database.password,
    }
    secrets.create_secret(Name=name, SecretString=json.dumps(secret))
    secrets.close()
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrock)
    monkeypatch.setenv("DB_SECRET_NAME", name)
    monkeypatch.setenv("EMBEDDING_MODEL_ID", "cohere.embed-v4:0")
    monkeypatch.setenv("LLM_MODEL_ID", "amazon.nova-pro-v1:0")
    settings.load.cache_clear()
    lambda_function._sandbox.cache_clear()
    yield name
    lambda_function._sandbox().store.close()
    settings.load.cache_clear()
    lambda_function._sandbox.cache_clear()


def uploaded(
    s3: Any, bucket: str, name: str, body: bytes, metadata: dict[str, str] | None = None
) -> tuple[UUID, dict[str, Any]]:
    """Put a document; returns its id and the record S3 would send."""
    document_id = uuid4()
    key = object_key(document_id, name)
    stored = s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata or {})
    entry = {
        "key": quote_plus(key, safe="/"),
        "size": len(body),
        "versionId": stored["VersionId"],
        "sequencer": "0A",
    }
    return document_id, {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": entry},
    }


def test_uploaded_document_becomes_searchable(
    s3: Any, bucket: str, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    document_id, record = uploaded(s3, bucket, "員工 手冊 (1)+v2.txt", TEXT.encode())
    answer = handler({"Records": [record]}, Context("request-1"))
    assert answer == {
        "documents": [
            {
                "id": str(document_id),
                "outcome": "completed",
                "chunk_count": 1,
                "error_code": None,
            }
        ]
    }
    row = connection.execute(
        "SELECT d.status, d.file_name, c.content FROM documents d"
        " JOIN document_chunks c ON c.document_id = d.id"
    ).fetchone()
    assert row == ("completed", "員工 手冊 (1)+v2.txt", TEXT)
    lines, (metrics,) = logged(capsys)
    steps = ["Received event", "Processing S3 object", "Document processing completed"]
    assert [line["message"] for line in lines] == steps
    assert {line["function_request_id"] for line in lines} == {"request-1"}
    assert [line.get("document_id") for line in lines] == [None, *[str(document_id)] * 2]
    assert (lines[2]["chunks"], metrics["Chunks"], metrics["EmbeddedTexts"]) == (1, [1], [1])
    assert metrics["CompletionTime"][0] > 0
    assert not any(word in json.dumps(lines, ensure_ascii=False) for word in ("請假", "手冊"))


def test_lines_name_the_request_that_stored_the_object(
    s3: Any, bucket: str, capsys: pytest.CaptureFixture[str], connection: Connection
) -> None:
    request, forged = str(uuid4()), 'x"} {"message": "forged'
    _, known = uploaded(s3, bucket, "a.txt", TEXT.encode(), object_metadata(request))
    _, unknown = uploaded(s3, bucket, "b.txt", b"", {"correlation-id": forged})
    handler({"Records": [known, unknown]}, Context("request-1"))
    lines, _ = logged(capsys)
    ends = [line for line in lines if line["message"].startswith("Document processing")]
    assert [line.get("correlation_id") for line in ends] == [request, None]
    assert "forged" not in json.dumps(lines)


def test_removed_object_is_found_no_more(
    s3: Any, bucket: str, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    document_id, record = uploaded(s3, bucket, "手冊.txt", TEXT.encode())
    removal = json.loads(json.dumps(record))
    removal["eventName"] = "ObjectRemoved:DeleteMarkerCreated"
    removal["s3"]["object"] |= {"sequencer": "0B", "versionId": "marker"}
    foreign = json.loads(json.dumps(removal))
    foreign["s3"]["object"]["key"] = "uploads/readme.txt"
    reports = handler({"Records": [record, removal, foreign]}, Context("request-1"))["documents"]
    assert [report["outcome"] for report in reports] == ["completed", "removed", "ignored"]
    row = connection.execute("SELECT status, error_code, chunk_count FROM documents").fetchone()
    assert row == ("failed", "object_missing", 0)
    lines, _ = logged(capsys)
    removed = [line for line in lines if line["message"] == "Document removed"]
    assert [line["document_id"] for line in removed] == [str(document_id)]
    assert "手冊" not in json.dumps(lines, ensure_ascii=False)


def test_document_at_fault_is_not_retried(
    s3: Any, bucket: str, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    _, record = uploaded(s3, bucket, "broken.pdf", b"%PDF-1.7 broken")
    (report,) = handler({"Records": [record]}, Context("request-1"))["documents"]
    assert (report["outcome"], report["error_code"]) == ("failed", "malformed")
    status = connection.execute("SELECT status, error_code FROM documents").fetchone()
    assert status == ("failed", "malformed")
    lines, (metrics,) = logged(capsys)
    last = lines[-1]
    assert (last["message"], last["stage"]) == ("Document processing failed", "extract")
    assert last["error_code"] == metrics["error_code"] == "malformed"
    assert metrics["DocumentsFailed"] == [1]


def test_records_after_a_foreign_object_are_processed(s3: Any, bucket: str) -> None:
    _, good = uploaded(s3, bucket, "a.txt", TEXT.encode())
    _, foreign = uploaded(s3, bucket, "b.txt", TEXT.encode())
    foreign["s3"]["object"]["key"] = "uploads/readme.txt"
    reports = handler({"Records": [foreign, good]}, Context("request-1"))["documents"]
    assert [report["outcome"] for report in reports] == ["ignored", "completed"]


def test_test_event_needs_no_service() -> None:
    assert handler({"Event": "s3:TestEvent"}, Context("request-1")) == {"documents": []}


def test_other_events_are_refused() -> None:
    with pytest.raises(UnknownEventError):
        handler({"hello": "world"}, Context("request-1"))


def test_one_failing_record_does_not_stop_the_others(
    database: DatabaseCredentials, connection: Connection, tmp_path: Any
) -> None:
    shelf = fakes.Shelf(tmp_path)
    shelf.put("v1", TEXT)

    def download(ref: ObjectRef, folder: Any) -> Any:
        if ref.version_id == "gone":
            raise TransientError("S3", "SlowDown")
        return shelf(ref, folder)

    deps = replace(fakes.dependencies(database, shelf), download=download)
    bad, good = (
        ObjectRef("b", object_key(uuid4(), "a.txt"), 1, version, "01") for version in ("gone", "v1")
    )
    with pytest.raises(TransientError, match="SlowDown"):
        process([bad, good], deps)
    rows = connection.execute("SELECT status FROM documents ORDER BY status").fetchall()
    assert rows == [("completed",), ("pending",)]
    with pytest.raises(ExceptionGroup, match="2 of 3"):
        process([bad, good, replace(bad, key=object_key(uuid4(), "c.txt"))], deps)
    deps.store.close()
