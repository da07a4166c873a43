"""A document whose processing failed for a reason outside of it can be processed once more."""

from __future__ import annotations

from typing import Any

from scenarios import documents
from scenarios.client import BUCKET, Pipeline
from scenarios.documents import markdown


def retry(pipeline: Pipeline, document_id: str) -> Any:
    path = f"/documents/{document_id}/retry"
    return pipeline.http.post(path, headers=pipeline.bearer())


def give_up(pipeline: Pipeline, document_id: str) -> None:
    """Leave the row as reconciliation leaves it after three runs that died without a word."""
    pipeline.rows(
        "UPDATE documents SET status = 'failed', error_code = 'interrupted', retryable = true,"
        " attempt = 3, generation = generation + 1 WHERE id = %s RETURNING id",
        document_id,
    )


def test_it_is_completed_from_the_stored_file(pipeline: Pipeline) -> None:
    """On AWS: copying the object onto itself sends an event like any upload's."""
    document_id = pipeline.upload_one(markdown("重試之後可以查到。"))
    pipeline.wait_until_settled(document_id)
    give_up(pipeline, document_id)
    assert pipeline.get(f"/documents/{document_id}").json()["retryable"] is True

    answer = retry(pipeline, document_id)

    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    settled = pipeline.wait_until_settled(document_id)
    assert (settled["status"], settled["attempt"]) == ("completed", 1)
    listed = pipeline.aws("s3").list_object_versions(
        Bucket=BUCKET, Prefix=f"uploads/{document_id}_"
    )["Versions"]
    (row,) = pipeline.rows("SELECT s3_version FROM documents WHERE id = %s", document_id)
    assert row["s3_version"] == next(v["VersionId"] for v in listed if v["IsLatest"])
    assert retry(pipeline, document_id).json()["code"] == "not_failed"


def test_it_says_when_the_file_is_gone(pipeline: Pipeline) -> None:
    """On AWS: an operator or a lifecycle rule may have removed the object."""
    document = markdown("檔案已不在。")
    document_id = pipeline.upload_one(document)
    pipeline.wait_until_settled(document_id)
    give_up(pipeline, document_id)
    key = f"uploads/{document_id}_{document.name}"
    pipeline.aws("s3").delete_object(Bucket=BUCKET, Key=key)

    answer = retry(pipeline, document_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "object_missing")
    assert pipeline.get(f"/documents/{document_id}").json()["status"] == "failed"


def test_a_file_that_is_the_reason_itself_is_not_tried_again(pipeline: Pipeline) -> None:
    """On AWS: it would cost another run and fail the same way; the answer says what to do."""
    document_id = pipeline.upload_one(documents.encrypted_pdf())
    settled = pipeline.wait_until_settled(document_id)
    assert (settled["status"], settled["retryable"]) == ("failed", False)

    answer = retry(pipeline, document_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "document_at_fault")
    assert answer.json()["detail"] == settled["error_message"]
