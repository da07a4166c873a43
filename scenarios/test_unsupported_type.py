"""What the pipeline cannot read is refused at the door, before anything is stored."""

from __future__ import annotations

import pytest

from scenarios.client import BUCKET, Pipeline
from scenarios.documents import Document, markdown

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
GIF = b"GIF89a" + bytes(64)


@pytest.mark.parametrize(
    "document",
    [
        Document("photo.gif", GIF),
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


def test_the_files_beside_it_are_accepted(pipeline: Pipeline) -> None:
    """On AWS: 207 with a result for each file, so that nobody sends the good ones again."""
    response = pipeline.upload(markdown("不受照片影響。", "留下.md"), Document("photo.gif", GIF))
    answer = response.json()
    assert (response.status_code, answer["status"]) == (207, "partial")
    assert [(file["file_name"], file["status"]) for file in answer["rejected"]] == [
        ("photo.gif", 415)
    ]
    (accepted,) = answer["documents"]
    assert pipeline.wait_until_settled(accepted["id"])["status"] == "completed"
