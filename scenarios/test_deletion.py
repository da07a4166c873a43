"""What a user deletes is gone, and stays gone."""

from __future__ import annotations

import json
from typing import Any

from scenarios.client import BUCKET, PROCESSOR, Pipeline
from scenarios.documents import markdown
from scenarios.events import event
from scenarios.tokens import mint

SENTENCE = "離職員工的薪資紀錄應予刪除。"


def stored(pipeline: Pipeline, document_id: str) -> dict[str, int]:
    """Return how much of a document is left, by kind."""
    counts = {
        table: f"SELECT count(*) AS n FROM {table} WHERE {column} = %s"  # noqa: S608 - constants
        for table, column in [
            ("documents", "id"),
            ("document_chunks", "document_id"),
            ("postings", "document_id"),
        ]
    }
    left = {table: pipeline.rows(query, document_id)[0]["n"] for table, query in counts.items()}
    return {**left, "versions": len(versions(pipeline, document_id))}


def versions(pipeline: Pipeline, document_id: str) -> list[dict[str, Any]]:
    answer = pipeline.aws("s3").list_object_versions(
        Bucket=BUCKET, Prefix=f"uploads/{document_id}_"
    )
    return [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]


def delete(pipeline: Pipeline, document_id: str, token: str | None = None) -> int:
    path = f"/documents/{document_id}"
    return pipeline.http.delete(path, headers=pipeline.bearer(token)).status_code


def test_nothing_is_left_and_a_late_event_brings_nothing_back(pipeline: Pipeline) -> None:
    """On AWS: 204 once row, chunks and all versions are gone; an event may still come after it."""
    document = markdown(SENTENCE)
    document_id = pipeline.upload_one(document)
    assert pipeline.wait_until_settled(document_id)["status"] == "completed"
    key = versions(pipeline, document_id)[0]["Key"]
    pipeline.aws("s3").put_object(Bucket=BUCKET, Key=key, Body=document.content)
    pipeline.wait_until_settled(document_id)
    late = event(pipeline, document_id, document.name)
    assert min(stored(pipeline, document_id).values()) > 0

    assert delete(pipeline, document_id) == 204
    answer = pipeline.aws("lambda").invoke(FunctionName=PROCESSOR, Payload=json.dumps(late))

    assert "FunctionError" not in answer
    assert json.load(answer["Payload"])["documents"][0]["outcome"] == "duplicate"
    assert set(stored(pipeline, document_id).values()) == {0}
    assert pipeline.get(f"/documents/{document_id}").status_code == 404
    found = pipeline.get("/search", q=SENTENCE).json()["results"]
    assert document_id not in {hit["document_id"] for hit in found}
    assert delete(pipeline, document_id) == 404


def test_nobody_else_can(pipeline: Pipeline) -> None:
    """On AWS: 404, as if the document did not exist."""
    document_id = pipeline.upload_one(markdown("他人不得刪除。"))
    pipeline.wait_until_settled(document_id)

    assert delete(pipeline, document_id, mint(pipeline, sub="somebody-else")) == 404
    assert stored(pipeline, document_id)["documents"] == 1
