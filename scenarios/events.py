"""The events that S3 sends to the file processor."""

from __future__ import annotations

from typing import Any

from scenarios.client import BUCKET, Pipeline


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
