"""`USE_S3=false` keeps the old architecture: the request ends when the document is processed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from scenarios import documents
from scenarios.client import BACKEND, BUCKET, Measured, Pipeline
from scenarios.documents import markdown

pytestmark = pytest.mark.launched


def switch(pipeline: Pipeline, use_s3: str) -> None:
    """Set USE_S3 of the backend as the runbook does and wait until it holds."""
    functions = pipeline.aws("lambda")
    variables = functions.get_function_configuration(FunctionName=BACKEND)["Environment"][
        "Variables"
    ]
    functions.update_function_configuration(
        FunctionName=BACKEND, Environment={"Variables": {**variables, "USE_S3": use_s3}}
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=BACKEND)


@pytest.fixture
def synchronous(pipeline: Pipeline) -> Iterator[Pipeline]:
    switch(pipeline, "false")
    yield pipeline
    switch(pipeline, "true")


def test_document_is_completed_when_the_answer_comes(
    synchronous: Pipeline, evidence: Measured
) -> None:
    """On AWS: 30 to 60 s for a large document, which is why the team left this architecture."""
    document = documents.handbook()
    began = time.monotonic()
    answer = synchronous.upload(document).raise_for_status().json()
    evidence("synchronous_upload_s", time.monotonic() - began)
    (accepted,) = answer["documents"]
    assert accepted["status"] == "completed"
    (chunks,) = synchronous.rows(
        "SELECT count(*) AS n FROM document_chunks WHERE document_id = %s", accepted["id"]
    )
    assert chunks["n"] > 0


def test_nothing_goes_to_s3(synchronous: Pipeline) -> None:
    """On AWS: the old architecture kept files in /tmp, so they were gone with the sandbox."""
    document_id = synchronous.upload_one(markdown("舊架構不保存檔案。"))
    listed = synchronous.aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"uploads/{document_id}")
    assert listed["KeyCount"] == 0


def test_an_unreadable_document_is_failed_in_the_answer(synchronous: Pipeline) -> None:
    """On AWS: the client learns within the request that the document is damaged."""
    answer = synchronous.upload(documents.broken_pdf()).raise_for_status().json()
    assert answer["documents"][0]["status"] == "failed"


def test_there_is_nothing_to_presign(synchronous: Pipeline) -> None:
    """On AWS: 501 that names the reason and the way that works."""
    wanted = {"file_name": "規章.md", "file_size": 9}
    answer = synchronous.post("/upload/presigned-url", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (501, "presigned_upload_unavailable")
    assert "USE_S3=false" in answer.json()["detail"]


def test_switching_back_processes_by_event_again(pipeline: Pipeline) -> None:
    """On AWS: the variable is the roll-back; turning it off and on again loses nothing."""
    switch(pipeline, "false")
    switch(pipeline, "true")
    document_id = pipeline.upload_one(markdown("切換後仍由事件處理。"))
    assert pipeline.wait_until_settled(document_id)["status"] == "completed"
    listed = pipeline.aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"uploads/{document_id}")
    assert listed["KeyCount"] == 1
