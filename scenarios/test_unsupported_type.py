"""What the pipeline cannot read is refused at the door, before anything is stored."""

from __future__ import annotations

import pytest

from scenarios.client import BUCKET, Pipeline
from scenarios.documents import Document, markdown

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.mark.parametrize(
    "document",
    [
        Document("photo.png", PNG),
        Document("photo.pdf", PNG),
        Document("setup.exe", b"MZ" + bytes(64)),
    ],
    ids=["by name", "by content", "program"],
)
def test_is_refused_and_not_stored(pipeline: Pipeline, document: Document) -> None:
    """On AWS: 415 as a problem document; no object, no row."""
    response = pipeline.upload(document)
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"
    listed = pipeline.aws("s3").list_objects_v2(Bucket=BUCKET, Prefix="uploads/")
    assert not [item for item in listed.get("Contents", []) if item["Key"].endswith(document.name)]


def test_one_bad_file_refuses_all(pipeline: Pipeline) -> None:
    """On AWS: several files are accepted together or not at all."""
    response = pipeline.upload(
        markdown("應與照片同被退回。", "退回.md"), Document("photo.png", PNG)
    )
    assert response.status_code == 415
    assert pipeline.rows("SELECT id FROM documents WHERE file_name = '退回.md'") == []
