"""An object that somebody removes in S3 takes what was found in it along, at once."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from scenarios.client import BUCKET, PROCESSOR, Pipeline, eventually
from scenarios.documents import markdown


def completed(pipeline: Pipeline, sentence: str) -> tuple[str, str]:
    """Return id and key of a document that search finds."""
    document = pipeline.upload_one(markdown(sentence))
    assert pipeline.wait_until_settled(document)["status"] == "completed"
    (row,) = pipeline.rows("SELECT file_path FROM documents WHERE id = %s", document)
    assert document in found(pipeline, sentence)
    return document, row["file_path"]


def found(pipeline: Pipeline, sentence: str) -> set[str]:
    results = pipeline.get("/search", q=sentence, limit=50).raise_for_status().json()["results"]
    return {result["document_id"] for result in results}


def test_is_found_no_more_and_says_why(pipeline: Pipeline) -> None:
    """On AWS: without the event, search would go on quoting a file that nobody can open."""
    sentence = f"代號 {uuid.uuid4().hex} 的津貼每月發給。"
    document, key = completed(pipeline, sentence)
    pipeline.aws("s3").delete_object(Bucket=BUCKET, Key=key)

    def failed() -> dict[str, Any] | None:
        now: dict[str, Any] = pipeline.get(f"/documents/{document}").json()
        return now if now["status"] == "failed" else None

    assert eventually(failed)["error_code"] == "object_missing"
    assert document not in found(pipeline, sentence)


@pytest.mark.launched
def test_removal_by_the_api_stays_a_deletion(pipeline: Pipeline) -> None:
    """On AWS: deleting every version sends an event for each; none may bring a row back."""
    since = round(time.time() * 1000)
    document, _ = completed(pipeline, f"代號 {uuid.uuid4().hex} 的補助每年發給。")
    answer = pipeline.http.delete(f"/documents/{document}", headers=pipeline.bearer())
    assert answer.status_code == 204

    def handled() -> bool | None:
        lines = pipeline.log_lines(PROCESSOR, since)
        told = [line for line in lines if "skipped" in line and document in line]
        return bool(told) or None

    assert eventually(handled)
    assert pipeline.rows("SELECT 1 FROM documents WHERE id = %s", document) == []
    assert pipeline.get(f"/documents/{document}").status_code == 404
