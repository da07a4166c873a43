"""One upload can be followed from the request to the searchable document: logs, metrics, trace."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scenarios import documents
from scenarios.client import BACKEND, PROCESSOR, Pipeline, eventually
from scenarios.documents import Document, markdown

STAGES = ["download", "extract", "chunk", "embed", "index", "save"]
SECRET = "機密薪資Zebra"


@pytest.fixture(scope="module")
def trace_id() -> str:
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


@pytest.fixture(scope="module")
def document_id(pipeline: Pipeline, trace_id: str) -> str:
    """A completed document, uploaded by a client that has its request traced."""
    document = markdown("加班費另計。")
    answer = pipeline.http.post(
        "/upload/document",
        files=[("files", (document.name, document.content))],
        headers=pipeline.bearer() | {"X-Amzn-Trace-Id": f"Root={trace_id};Sampled=1"},
    )
    identity: str = answer.raise_for_status().json()["documents"][0]["id"]
    assert pipeline.wait_until_settled(identity)["status"] == "completed"
    return identity


def found(pipeline: Pipeline, function: str, pattern: str) -> list[dict[str, Any]]:
    events = pipeline.aws("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{function}", filterPattern=pattern
    )["events"]
    return [json.loads(event["message"]) for event in events]


@pytest.mark.launched
def test_one_id_leads_through_both_logs(pipeline: Pipeline, document_id: str) -> None:
    """On AWS: the id of the upload's request stands in the lines of both functions."""
    (upload,) = found(
        pipeline, BACKEND, f'{{ $.document_id = "{document_id}" && $.method = "POST" }}'
    )
    correlated = f'{{ $.correlation_id = "{upload["correlation_id"]}" }}'
    (completed,) = found(pipeline, PROCESSOR, correlated)
    assert (upload["service"], completed["service"]) == ("backend", "file-processor")
    assert completed["message"] == "Document processing completed"
    assert completed["document_id"] == document_id
    assert completed["function_request_id"] != upload["function_request_id"]
    of_document = found(pipeline, PROCESSOR, f'{{ $.document_id = "{document_id}" }}')
    assert [line["message"] for line in of_document] == [
        "Processing S3 object",
        "Document processing completed",
    ]


@pytest.mark.parametrize(
    ("metric", "service", "unit"),
    [
        ("CompletionTime", "file-processor", "Milliseconds"),
        ("EmbedDuration", "file-processor", "Milliseconds"),
        ("Chunks", "file-processor", "Count"),
        ("DocumentBytes", "file-processor", "Bytes"),
        ("UploadsAccepted", "backend", "Count"),
        ("RequestDuration", "backend", "Milliseconds"),
    ],
)
@pytest.mark.launched
def test_metrics_arrive(
    pipeline: Pipeline, document_id: str, metric: str, service: str, unit: str
) -> None:
    """On AWS: CloudWatch takes them out of the log."""
    now = datetime.now(UTC)
    (point,) = pipeline.aws("cloudwatch").get_metric_statistics(
        Namespace="HrChatbot",
        MetricName=metric,
        Dimensions=[{"Name": "service", "Value": service}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    assert point["Unit"] == unit
    assert point["Sum"] > 0


def test_one_trace_shows_upload_and_processing(
    pipeline: Pipeline, document_id: str, trace_id: str
) -> None:
    """On AWS: S3 hands the trace of the upload on to the function that it invokes."""

    def processed() -> dict[str, Any] | None:
        (trace,) = pipeline.aws("xray").batch_get_traces(TraceIds=[trace_id])["Traces"]
        told = [json.loads(segment["Document"]) for segment in trace["Segments"]]
        functions = {s["name"]: s for s in told if s["origin"] == "AWS::Lambda::Function"}
        return functions if PROCESSOR in functions else None

    functions = eventually(processed)
    assert set(functions) == {BACKEND, PROCESSOR}
    (document,) = parts(functions[PROCESSOR], "## document")
    assert document["annotations"] == {"document_id": document_id, "outcome": "completed"}
    assert [stage["name"] for stage in document["subsegments"]] == STAGES
    assert parts(functions[BACKEND], "put object")
    assert "規章" not in json.dumps(functions, ensure_ascii=False)


def parts(segment: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the subsegments of that name, at any depth."""
    below = segment.get("subsegments", [])
    return [b for b in below if b["name"] == name] + [p for b in below for p in parts(b, name)]


@pytest.mark.launched
def test_nothing_that_users_write_is_logged(pipeline: Pipeline) -> None:
    """On AWS: operators read the logs, and may not read documents, names, queries or tokens."""
    pdf = documents.pdf(f"Confidential {SECRET.encode().hex()}")
    sent = [
        Document(f"{SECRET}.md", f"# {SECRET}\n{SECRET}。\n".encode()),
        Document(f"{SECRET}.pdf", pdf[: len(pdf) // 2]),
        Document(f"{SECRET}.txt", b" "),
    ]
    for document in sent:
        pipeline.wait_until_settled(pipeline.upload_one(document))
    pipeline.upload(Document(f"{SECRET}.exe", SECRET.encode()))
    pipeline.get("/search", q=SECRET)
    pipeline.get(f"/documents/{SECRET}")
    pipeline.get("/documents", token=SECRET.encode().hex())
    for function in (BACKEND, PROCESSOR):
        written = "\n".join(pipeline.log_lines(function))
        for secret in (SECRET, SECRET.encode().hex(), pipeline.exports["TOKEN"]):
            assert secret not in written
