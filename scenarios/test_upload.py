"""Test 1 of the report: an upload is answered at once and with the promised words."""

from __future__ import annotations

import time

from scenarios.client import Measured, Pipeline
from scenarios.documents import handbook, markdown


def test_answers_with_success(pipeline: Pipeline, evidence: Measured) -> None:
    """On AWS: HTTP 200 within 5 s. The time is evidence; the gate judges it over many uploads."""
    began = time.monotonic()
    response = pipeline.upload(handbook())
    evidence("upload_s", time.monotonic() - began)
    assert response.status_code == 200
    answer = response.json()
    assert (answer["status"], answer["message"]) == ("success", "上傳成功")


def test_names_the_document_it_accepted(pipeline: Pipeline) -> None:
    """On AWS: the answer carries the id by which the client follows the document."""
    response = pipeline.upload(markdown("特休假得遞延一年。", "特休 規定.md"))
    (document,) = response.json()["documents"]
    assert document["file_name"] == "特休 規定.md"
    assert pipeline.get(f"/documents/{document['id']}").json()["file_name"] == "特休 規定.md"


def test_accepts_several_files_at_once(pipeline: Pipeline) -> None:
    """On AWS: each file becomes a document of its own and all of them are processed."""
    response = pipeline.upload(markdown("甲案通過。", "甲.md"), markdown("乙案退回。", "乙.md"))
    documents = response.raise_for_status().json()["documents"]
    assert [document["file_name"] for document in documents] == ["甲.md", "乙.md"]
    settled = [pipeline.wait_until_settled(document["id"]) for document in documents]
    assert [document["status"] for document in settled] == ["completed", "completed"]
