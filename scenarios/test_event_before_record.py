"""The report stores the object before the row, so the event may come first."""

from __future__ import annotations

import uuid

from scenarios.client import BUCKET, Pipeline, eventually
from scenarios.documents import markdown


def test_object_without_a_row_is_completed(pipeline: Pipeline) -> None:
    """On AWS: a slow INSERT loses this race now and then; the document must not stay `pending`."""
    document_id = str(uuid.uuid4())
    document = markdown("勞工每七日中應有二日之休息。")
    pipeline.aws("s3").put_object(
        Bucket=BUCKET, Key=f"uploads/{document_id}_{document.name}", Body=document.content
    )

    def settled() -> str | None:
        rows = pipeline.rows("SELECT status FROM documents WHERE id = %s", document_id)
        return next(
            (row["status"] for row in rows if row["status"] in {"completed", "failed"}), None
        )

    assert eventually(settled) == "completed"


def test_object_outside_the_prefix_starts_nothing(pipeline: Pipeline) -> None:
    """On AWS: the notification's filter is `uploads/`; other keys are nobody's business."""
    document_id = str(uuid.uuid4())
    pipeline.aws("s3").put_object(
        Bucket=BUCKET, Key=f"archive/{document_id}_a.md", Body=markdown("封存。").content
    )
    later = pipeline.upload_one(markdown("之後上傳的文件先處理完。"))
    pipeline.wait_until_settled(later)
    assert pipeline.rows("SELECT id FROM documents WHERE id = %s", document_id) == []
