"""S3 delivers at least once: the second delivery of an event changes nothing."""

from __future__ import annotations

import json
from typing import Any

from scenarios.client import PROCESSOR, Pipeline
from scenarios.documents import markdown
from scenarios.events import event


def test_second_delivery_changes_nothing(pipeline: Pipeline) -> None:
    """On AWS: rare, silent, and without this every chunk would be there twice."""
    document = markdown("員工餐廳午餐補助每日八十元。")
    document_id = pipeline.upload_one(document)
    pipeline.wait_until_settled(document_id)
    before = snapshot(pipeline, document_id)

    for _ in range(2):
        answer = pipeline.aws("lambda").invoke(
            FunctionName=PROCESSOR, Payload=json.dumps(event(pipeline, document_id, document.name))
        )
        assert "FunctionError" not in answer

    assert snapshot(pipeline, document_id) == before


def snapshot(pipeline: Pipeline, document_id: str) -> list[list[dict[str, Any]]]:
    """Return everything stored of a document."""
    return [
        pipeline.rows("SELECT * FROM documents WHERE id = %s", document_id),
        pipeline.rows(
            "SELECT * FROM document_chunks WHERE document_id = %s ORDER BY id", document_id
        ),
        pipeline.rows(
            "SELECT * FROM postings WHERE document_id = %s ORDER BY chunk_id, term", document_id
        ),
    ]
