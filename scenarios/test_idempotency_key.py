"""A client that did not hear the answer may send its upload again."""

from __future__ import annotations

from uuid import uuid4

import httpx

from scenarios.client import Pipeline
from scenarios.documents import Document, markdown
from scenarios.tokens import mint


def test_the_same_request_is_done_once(pipeline: Pipeline) -> None:
    """On AWS: the second answer is the first one; there is one document and one object."""
    document, headers = markdown("重送不會重複。", "重送.md"), {"Idempotency-Key": str(uuid4())}

    answers = [upload(pipeline, document, headers) for _ in range(2)]

    assert answers[0].status_code == 200
    assert answers[0].content == answers[1].content
    (receipt,) = answers[0].json()["documents"]
    assert pipeline.wait_until_settled(receipt["id"])["status"] == "completed"
    (rows,) = pipeline.rows("SELECT count(*) AS n FROM documents WHERE file_name = '重送.md'")
    assert rows["n"] == 1


def test_another_request_with_its_key_is_refused(pipeline: Pipeline) -> None:
    """On AWS: 422, and nothing is stored; another user's key of the same name is another key."""
    headers = {"Idempotency-Key": str(uuid4())}
    upload(pipeline, markdown("第一份。"), headers).raise_for_status()

    other = markdown("第二份。")
    refused = upload(pipeline, other, headers)
    stranger = upload(pipeline, other, headers, mint(pipeline, sub="another-sender"))

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert stranger.status_code == 200


def upload(
    pipeline: Pipeline, document: Document, headers: dict[str, str], token: str | None = None
) -> httpx.Response:
    files = {"files": (document.name, document.content)}
    return pipeline.post("/upload/document", token, files=files, headers=headers)
