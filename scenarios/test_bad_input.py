"""Whatever a client sends, it gets a clear answer; nothing is lost and nothing leaks."""

from __future__ import annotations

import pytest

from scenarios.client import Pipeline
from scenarios.documents import Document, markdown
from scenarios.tokens import mint


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("../../etc/規則.md", "規則.md"),
        ("C:\\規則\\空白.md", "空白.md"),
        ("規" * 300 + ".md", "規" * 84 + ".md"),
        ("\u202edm.則規\u202c.md", "dm.則規.md"),
        ("📄規則🧑‍💼.md", "📄規則🧑‍💼.md"),
    ],
    ids=["directories", "drive", "300 characters", "right to left", "emoji"],
)
def test_a_hostile_name_becomes_a_safe_one(pipeline: Pipeline, sent: str, stored: str) -> None:
    """On AWS: the object has the name that the answer gives, and its event finds the document."""
    content = markdown("檔名不影響內容。").content
    (receipt,) = pipeline.upload(Document(sent, content)).raise_for_status().json()["documents"]
    assert receipt["file_name"] == stored
    settled = pipeline.wait_until_settled(receipt["id"])
    assert (settled["file_name"], settled["status"]) == (stored, "completed")


def test_nul_in_a_name_is_dropped(pipeline: Pipeline) -> None:
    """On AWS: the same in JSON, which can carry it; it would end a name in C and in SQL."""
    issued = pipeline.presign(Document("空\0白.md", b"# text"), "PUT")
    assert issued["file_name"] == "空白.md"


def test_an_empty_file_is_refused(pipeline: Pipeline) -> None:
    """On AWS: 422 as a problem."""
    answer = pipeline.upload(Document("空.md", b""))
    assert (answer.status_code, answer.json()["code"]) == (422, "empty_file")


def test_a_form_that_was_cut_off_is_refused_whole(pipeline: Pipeline) -> None:
    """On AWS: 400; a file that was complete before the cut is not taken for all there were."""
    part = '--x\r\nContent-Disposition: form-data; name="files"; filename="{}"\r\n\r\n{}\r\n'
    form = part.format("切斷一.md", "# 完整") + part.format("切斷二.md", "# 不完整")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = pipeline.post("/upload/document", content=form.encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "incomplete_form")
    assert pipeline.rows("SELECT FROM documents WHERE file_name LIKE '切斷%%'") == []


def test_a_body_that_is_no_form_is_refused(pipeline: Pipeline) -> None:
    """On AWS: 422 that names the missing field."""
    answer = pipeline.post("/upload/document", json={"files": "規則.md"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.files")


def test_the_same_file_again_and_from_another_user_is_another_document(pipeline: Pipeline) -> None:
    """On AWS: twice in one request, once more, and by somebody else: four, each to its owner."""
    document, stranger = markdown("同一份檔案。"), mint(pipeline, sub="another-owner")
    answers = [
        pipeline.upload(document, document),
        pipeline.upload(document),
        pipeline.upload(document, token=stranger),
    ]
    ids = [d["id"] for answer in answers for d in answer.raise_for_status().json()["documents"]]
    assert len(set(ids)) == 4
    assert {pipeline.wait_until_settled(each)["status"] for each in ids[:3]} == {"completed"}
    assert pipeline.get(f"/documents/{ids[3]}").status_code == 404
    listed = pipeline.get("/documents", stranger).json()["documents"]
    assert [each["id"] for each in listed] == ids[3:]
