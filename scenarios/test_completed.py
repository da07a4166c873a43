"""Test 4 of the report: the database says `completed` and holds the document's chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.client import Pipeline
from scenarios.documents import SAMPLES, Document

DOCUMENTS = sorted(
    path for path in SAMPLES.iterdir() if path.suffix in {".pdf", ".docx", ".md", ".html", ".txt"}
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_sample_is_completed_with_chunks(pipeline: Pipeline, path: Path) -> None:
    """On AWS: the row reaches `completed`; its chunks carry embeddings of 1536 dimensions."""
    document_id = pipeline.upload_one(Document.read(path))
    settled = pipeline.wait_until_settled(document_id)
    (row,) = pipeline.rows("SELECT status, file_name FROM documents WHERE id = %s", document_id)
    (chunks,) = pipeline.rows(
        "SELECT count(*) AS n, min(vector_dims(embedding)) AS dimensions"
        " FROM document_chunks WHERE document_id = %s",
        document_id,
    )
    assert row == {"status": "completed", "file_name": path.name}
    assert chunks["n"] > 0
    assert chunks["n"] == settled["chunk_count"]
    assert chunks["dimensions"] == 1536
