"""S3 delivers at least once: the second delivery of an event changes nothing."""

from __future__ import annotations

import json
from typing import Any

from scenarios.client import BUCKET, PROCESSOR, Pipeline
from scenarios.documents import markdown


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


def event(pipeline: Pipeline, document_id: str, file_name: str) -> dict[str, Any]:
    """Return the event of the upload as S3 sent it the first time."""
    key = f"uploads/{document_id}_{file_name}"
    head = pipeline.aws("s3").head_object(Bucket=BUCKET, Key=key)
    (row,) = pipeline.rows("SELECT s3_sequencer FROM documents WHERE id = %s", document_id)
    entity = {
        "key": key,
        "size": head["ContentLength"],
        "eTag": head["ETag"].strip('"'),
        "versionId": head["VersionId"],
        "sequencer": row["s3_sequencer"],
    }
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": pipeline.exports["AWS_DEFAULT_REGION"],
        "eventTime": "2025-12-03T01:30:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": entity,
        },
    }
    return {"Records": [record]}
